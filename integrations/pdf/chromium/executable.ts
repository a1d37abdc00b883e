import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** What Playwright's `chromium.launch` needs to start this browser. `env` is the whole environment, not an addition. */
export type ChromiumExecutable = { executablePath: string; args: string[]; env: Record<string, string> };

export type ChromiumOptions = {
  /** A Chromium of the system, used as it is. Without it, the one that npm brought is unpacked and used (Linux on x64). */
  executablePath?: string | undefined;
  /** Where the unpacked browser is kept: a folder that only this user can write to. Default: `~/.cache/countersign`. */
  cacheDirectory?: string | undefined;
};

const UNPACK_WAIT_MS = 60_000;
const ARGS = ['--font-render-hinting=none', '--disable-gpu', '--in-process-gpu', '--no-pings', '--disable-webgl'];

/**
 * The browser that makes PDFs, and that browser tests can use. Unpacks it at first use (2 to 6 s).
 * @throws when there is no Chromium for this machine, with what to do.
 */
export async function chromiumExecutable(options: ChromiumOptions = {}): Promise<ChromiumExecutable> {
  if (options.executablePath !== undefined) {
    if (!existsSync(options.executablePath)) throw new Error(`No Chromium at ${options.executablePath}`);
    return { executablePath: options.executablePath, args: ARGS, env: baseEnvironment(homedir()) };
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `The Chromium that npm brings runs on Linux x64 only, this is ${process.platform} ${process.arch}: ` +
        'install Chromium or Chrome and give its path.',
    );
  }
  const directory = await unpackedBrowser(options.cacheDirectory ?? join(homedir(), '.cache', 'countersign'));
  const env = {
    ...baseEnvironment(directory),
    LD_LIBRARY_PATH: join(directory, 'al2023', 'lib'),
    FONTCONFIG_FILE: join(directory, 'fonts.conf'),
  };
  return { executablePath: join(directory, 'chromium'), args: ARGS, env };
}

/** Little is passed on: a document's renderer has no use for the product's secrets. */
function baseEnvironment(home: string): Record<string, string> {
  return { HOME: home, PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };
}

const unpackings = new Map<string, Promise<string>>();

function unpackedBrowser(cacheDirectory: string): Promise<string> {
  const running = unpackings.get(cacheDirectory);
  if (running !== undefined) return running;
  const unpacking = unpackOnce(cacheDirectory).catch((error: unknown) => {
    unpackings.delete(cacheDirectory);
    throw error;
  });
  unpackings.set(cacheDirectory, unpacking);
  return unpacking;
}

/**
 * Several processes may come here at once. The lock file only saves work; what keeps the result whole is that the folder gets its
 * name when it is complete, by a rename that cannot replace a complete one.
 */
async function unpackOnce(cacheDirectory: string): Promise<string> {
  await mkdir(cacheDirectory, { recursive: true, mode: 0o700 });
  await refuseForeignFolder(cacheDirectory);
  const directory = join(cacheDirectory, `chromium-${await packageVersion()}-${process.arch}`);
  if (existsSync(directory)) return directory;
  const lockFile = `${directory}.lock`;
  const lock = await open(lockFile, 'wx').catch(() => null);
  if (lock === null && (await appears(directory, lockFile))) return directory;
  const partial = `${directory}.${process.pid}.partial`;
  try {
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await inflateInto(partial);
    await writeFile(join(partial, 'fonts.conf'), fontConfiguration(directory));
    await rename(partial, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
    return directory;
  } finally {
    await lock?.close();
    await rm(lockFile, { force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

/** A folder that somebody else owns could hold a browser of theirs. */
async function refuseForeignFolder(directory: string): Promise<void> {
  const { uid } = await stat(directory);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) throw new Error(`${directory} belongs to another user: choose another folder`);
}

/** True when another process finished; false when it gave up or died, and this one should do the work. */
async function appears(directory: string, lockFile: string): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < UNPACK_WAIT_MS; waitedMs += 100) {
    if (existsSync(directory)) return true;
    if (!existsSync(lockFile)) return existsSync(directory);
    await pause(100);
  }
  return false;
}

/**
 * In a process of its own, because the package unpacks to its TMPDIR and writes library paths into process.env on import.
 * The variable makes it bring the shared libraries that a bare system lacks (NSS, expat).
 */
async function inflateInto(directory: string): Promise<void> {
  const script = `import chromium from ${JSON.stringify(import.meta.resolve('@sparticuz/chromium'))};
await chromium.executablePath();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: '/usr/bin:/bin', HOME: directory, TMPDIR: directory, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`Unpacking Chromium failed (${String(exitCode)}): ${complaint.slice(0, 2000)}`);
}

/** Only the fonts in the browser's own folder: what a document looks like must not depend on the machine. */
function fontConfiguration(directory: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${directory}/fonts</dir>
  <cachedir>${directory}/fonts-cache</cachedir>
</fontconfig>
`;
}

async function packageVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packageFile = join(dirname(dirname(entry)), 'package.json');
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };
  return version;
}
