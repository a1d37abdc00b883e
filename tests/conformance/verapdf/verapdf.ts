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
  /** The same for several files with one start of Java; a file is compliant when it keeps all flavours. */
  validateAll(
    pdfs: readonly Uint8Array[],
    flavours: readonly PdfFlavour[],
  ): Promise<{ compliant: boolean[]; report: string }>;
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
  if (problem !== null) return { absent: problem };
  const validateAll: VeraPdf['validateAll'] = (pdfs, flavours) => runValidator(libraries, pdfs, flavours);
  const validate: VeraPdf['validate'] = async (pdf, flavours) => {
    const { compliant, report } = await validateAll([pdf], flavours);
    return { compliant: compliant[0] === true, report };
  };
  return { validate, validateAll };
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

async function runValidator(libraries: string, pdfs: readonly Uint8Array[], flavours: readonly PdfFlavour[]) {
  const directory = await mkdtemp(join(tmpdir(), 'verapdf-'));
  const files = pdfs.map((_, index) => join(directory, `${index}.pdf`));
  const command = ['-cp', `${libraries}/*`, join(here, 'Validate.java'), flavours.join(','), ...files];
  try {
    await Promise.all(pdfs.map((pdf, index) => writeFile(join(directory, `${index}.pdf`), pdf)));
    const { stdout, stderr } = await run('java', command, { timeout: 120_000 }).catch((error: unknown) => {
      // Exit code 1 is a verdict; anything else is a failure of the run.
      if ((error as { code?: number }).code === 1) return error as { stdout: string; stderr: string };
      throw error;
    });
    const verdicts = stdout.split('\n').filter((line) => /^\/.*compliant$/.test(line));
    if (verdicts.length !== pdfs.length * flavours.length) throw new Error(`veraPDF broke down: ${stderr}`);
    const compliant = files.map((file) =>
      verdicts.filter((line) => line.startsWith(`${file} `)).every((line) => !line.endsWith('not compliant')),
    );
    return { compliant, report: stdout.replaceAll(`${directory}/`, '') };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
