import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { processEnvironment } from '../config.ts';
import type { Progress } from '../progress.ts';
import { isExecutable, onPath } from './server-user.ts';

/** The first two are what `npm start` needs; the others are for clusters, charts and continuous integration, in tests. */
export type ProgramName = 'nats-server' | 'temporal' | 'temporal-server' | 'temporal-sql-tool' | 'helm' | 'actionlint';

export type Program = {
  version: string;
  /** Folder of the release's files, and the names in it. */
  releaseUrl: string;
  archive: (system: string, processor: string) => string;
  checksums: string;
  goPackage: string;
  /** What the build is called; left out: as the program. */
  goBinary?: string;
  /** A newer Go than the machine's, which Go fetches itself. */
  goToolchain?: string;
  /** What building with Go takes on two cores with nothing cached. */
  buildTime: string;
};

const temporalServer = {
  version: 'v1.32.2',
  releaseUrl: 'https://github.com/temporalio/temporal/releases/download/v1.32.2',
  archive: (system: string, processor: string) => `temporal_1.32.2_${system}_${processor}.tar.gz`,
  checksums: 'checksums.txt',
  goToolchain: 'go1.26.10',
};

export const programs: Readonly<Record<ProgramName, Program>> = {
  'nats-server': {
    version: 'v2.15.2',
    releaseUrl: 'https://github.com/nats-io/nats-server/releases/download/v2.15.2',
    archive: (system, processor) => `nats-server-v2.15.2-${system}-${processor}.tar.gz`,
    checksums: 'SHA256SUMS',
    goPackage: 'github.com/nats-io/nats-server/v2@v2.15.2',
    buildTime: 'half a minute',
  },
  temporal: {
    version: 'v1.5.1',
    releaseUrl: 'https://github.com/temporalio/cli/releases/download/v1.5.1',
    archive: (system, processor) => `temporal_cli_1.5.1_${system}_${processor}.tar.gz`,
    checksums: 'checksums.txt',
    goPackage: 'github.com/temporalio/cli/cmd/temporal@v1.5.1',
    buildTime: '3 to 5 minutes',
  },
  'temporal-server': {
    ...temporalServer,
    goPackage: 'go.temporal.io/server/cmd/server@v1.32.2',
    goBinary: 'server',
    buildTime: '4 to 10 minutes',
  },
  'temporal-sql-tool': {
    ...temporalServer,
    goPackage: 'go.temporal.io/server/cmd/tools/sql@v1.32.2',
    goBinary: 'sql',
    buildTime: '2 to 4 minutes',
  },
  helm: {
    version: 'v3.22.0',
    releaseUrl: 'https://get.helm.sh',
    archive: (system, processor) => `helm-v3.22.0-${system}-${processor}.tar.gz`,
    checksums: `helm-v3.22.0-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}.tar.gz.sha256sum`,
    goPackage: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
    buildTime: '1 to 2 minutes',
  },
  actionlint: {
    version: 'v1.7.12',
    releaseUrl: 'https://github.com/rhysd/actionlint/releases/download/v1.7.12',
    archive: (system, processor) => `actionlint_1.7.12_${system}_${processor}.tar.gz`,
    checksums: 'actionlint_1.7.12_checksums.txt',
    goPackage: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
    buildTime: 'half a minute',
  },
};

export type SearchPlaces = {
  cacheDir: string;
  /** Folders as in the variable PATH. */
  path: string;
  program: Program;
  report: Progress;
  /** How long a server may take to answer before the next way is tried; default 5 s. */
  answerTimeoutMs?: number;
};

/** Where programs are kept between projects and clones. */
export function defaultCacheDir(): string {
  const env = processEnvironment();
  if (env['COUNTERSIGN_CACHE_DIR']) return env['COUNTERSIGN_CACHE_DIR'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'countersign');
}

/**
 * The path of a server's program, from the first of: PATH, the cache, the project's release (its SHA-256 compared with the
 * published one), a build from source with Go.
 * @throws with what was tried and what to do, in sentences
 */
export async function findProgram(name: ProgramName, places?: Partial<SearchPlaces>): Promise<string> {
  const search: SearchPlaces = {
    cacheDir: places?.cacheDir ?? defaultCacheDir(),
    path: places?.path ?? processEnvironment()['PATH'] ?? '',
    program: places?.program ?? programs[name],
    report: places?.report ?? (() => undefined),
    answerTimeoutMs: places?.answerTimeoutMs ?? 5000,
  };
  const cached = join(search.cacheDir, `${name}-${search.program.version}`);
  const installed = onPath(name, search.path) ?? (isExecutable(cached) ? cached : undefined);
  if (installed !== undefined) return installed;
  const failures: string[] = [];
  for (const obtain of [download, build]) {
    try {
      return await obtain(name, cached, search);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
      search.report(`${name}: ${failures.at(-1)}.`);
    }
  }
  throw new Error(
    `${name} ${search.program.version} is needed and could not be had: it is not on PATH, ${failures.join('; ')}. ` +
      `Put ${name} on PATH, or install Go (https://go.dev) and start again.`,
  );
}

/** The path of a program that is at hand: on PATH or in the cache. Nothing is fetched or built. */
export function programAtHand(name: ProgramName): string | undefined {
  const cached = join(defaultCacheDir(), `${name}-${programs[name].version}`);
  return onPath(name) ?? (isExecutable(cached) ? cached : undefined);
}

async function download(name: ProgramName, target: string, search: SearchPlaces): Promise<string> {
  const { program, report } = search;
  const archive = program.archive(process.platform, process.arch === 'x64' ? 'amd64' : process.arch);
  const sums = await fetchBytes(`${program.releaseUrl}/${program.checksums}`, search, 20_000);
  const expected = checksumOf(archive, sums.toString('utf8'));
  if (expected === undefined) throw new Error(`its release has no ${archive}`);
  report(`Downloading ${archive} …`);
  const bytes = await fetchBytes(`${program.releaseUrl}/${archive}`, search, 600_000);
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== expected) throw new Error(`the download of ${archive} has another checksum than the one published`);
  return await inScratchFolder(search.cacheDir, async (folder) => {
    writeFileSync(join(folder, archive), bytes);
    await run('tar', ['-xzf', join(folder, archive), '-C', folder], {});
    return keep(folder, name, target);
  });
}

/** The line of a SHA256SUMS file that is about `file`: sixty-four hex digits, spaces, perhaps an asterisk, the name. */
function checksumOf(file: string, sums: string): string | undefined {
  const line = sums.split('\n').find((entry) => entry.trim().split(/\s+\*?/)[1] === file);
  return line?.trim().split(/\s+/)[0]?.toLowerCase();
}

async function fetchBytes(url: string, search: SearchPlaces, timeoutMs: number): Promise<Buffer> {
  const host = new URL(url).host;
  const answer = new AbortController();
  const timer = setTimeout(() => answer.abort(), search.answerTimeoutMs);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([answer.signal, AbortSignal.timeout(timeoutMs)]) });
    clearTimeout(timer);
    if (!response.ok) throw new Error(`${host} answered ${response.status} for ${basename(url)}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof Error && error.message.startsWith(host)) throw error;
    throw new Error(`${host} could not be reached`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function build(name: ProgramName, target: string, search: SearchPlaces): Promise<string> {
  const go = onPath('go', `${search.path}:/usr/local/go/bin`);
  if (go === undefined) throw new Error('there is no Go to build it with');
  const { goPackage, goBinary, goToolchain, buildTime } = search.program;
  search.report(`Building ${name} with Go from ${goPackage}: this takes ${buildTime}, once.`);
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const ticker = setInterval(() => search.report(`Still building ${name} (${seconds()} s) …`), 15_000);
  try {
    return await inScratchFolder(search.cacheDir, async (folder) => {
      await run(go, ['install', goPackage], { GOBIN: folder, ...(goToolchain && { GOTOOLCHAIN: goToolchain }) });
      return keep(folder, goBinary ?? name, target);
    });
  } catch (error) {
    throw new Error(`building it with Go failed after ${seconds()} s (${(error as Error).message})`, { cause: error });
  } finally {
    clearInterval(ticker);
  }
}

/** Inside the cache, so that what comes of it can be moved into place in one step: never half a program there. */
async function inScratchFolder<T>(cacheDir: string, work: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(cacheDir, { recursive: true });
  const folder = mkdtempSync(join(cacheDir, '.new-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keep(folder: string, name: string, target: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => basename(path) === name);
  if (found === undefined) throw new Error(`there is no ${name} in what was fetched`);
  chmodSync(join(folder, found), 0o755);
  renameSync(join(folder, found), target);
  return target;
}

function run(command: string, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe'];
    const child = spawn(command, args, { stdio, env: { ...processEnvironment(), ...env } });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-500)));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(errors.trim() || `code ${code}`))));
  });
}
