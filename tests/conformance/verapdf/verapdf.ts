import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * veraPDF, the PDF Association's validator, as a Java library. Needs a JDK (11 or newer), and Maven the first time, which fetches it into
 * `~/.cache/countersign`. By hand:
 *
 *   mvn -f tests/conformance/verapdf/pom.xml dependency:copy-dependencies -DoutputDirectory=LIB
 *   java -cp 'LIB/*' tests/conformance/verapdf/Validate.java 2b,ua1 FILE.pdf
 */
export type PdfFlavour = '2b' | 'ua1';
export type VeraPdf = {
  /** The report has a line for each flavour, and for each rule that was not kept. */
  validate(pdf: Uint8Array, flavours: readonly PdfFlavour[]): Promise<{ compliant: boolean; report: string }>;
};

const VERSION = '1.28.2';
const here = import.meta.dirname;
const run = promisify(execFile);

/** The validator, or why it cannot be run here. */
export async function veraPdf(): Promise<VeraPdf | { absent: string }> {
  const modules = await run('java', ['--list-modules']).catch(() => null);
  if (modules === null) return { absent: 'there is no Java here' };
  if (!modules.stdout.includes('jdk.compiler')) return { absent: 'this Java is no JDK (jdk.compiler is missing)' };
  const libraries = join(homedir(), '.cache', 'countersign', `verapdf-${VERSION}`);
  const problem = existsSync(libraries) ? null : await fetchLibraries(libraries);
  return problem === null ? { validate: (pdf, flavours) => validate(libraries, pdf, flavours) } : { absent: problem };
}

async function fetchLibraries(libraries: string): Promise<string | null> {
  await mkdir(dirname(libraries), { recursive: true });
  const partial = await mkdtemp(`${libraries}.partial-`);
  const goal = [
    '-q',
    '-B',
    '-f',
    join(here, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${partial}`,
  ];
  try {
    await run('mvn', goal, { timeout: 240_000 });
    await rename(partial, libraries);
    return null;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    return existsSync(libraries)
      ? null
      : `Maven could not fetch veraPDF: ${String((error as Error).message).slice(0, 300)}`;
  }
}

async function validate(libraries: string, pdf: Uint8Array, flavours: readonly PdfFlavour[]) {
  const directory = await mkdtemp(join(tmpdir(), 'verapdf-'));
  const file = join(directory, 'document.pdf');
  try {
    await writeFile(file, pdf);
    const command = ['-cp', `${libraries}/*`, join(here, 'Validate.java'), flavours.join(','), file];
    const { stdout } = await run('java', command, { timeout: 120_000 });
    return { compliant: true, report: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    if (code !== 1 || !stdout?.includes('compliant')) throw new Error(`veraPDF broke down: ${stderr ?? String(error)}`);
    return { compliant: false, report: stdout };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
