import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processEnvironment } from '#runtime/config.ts';
import { defaultCacheDir, findProgram, programAtHand } from '#runtime/embedded/binaries.ts';
import { isExecutable, onPath } from '#runtime/embedded/server-user.ts';

/** `npm run deploy:tools`: what `npm test -- compose helm` needs, into the program cache. */
const COMPOSE_VERSION = 'v2.40.3';
const COMPOSE_MODULE = 'github.com/docker/compose/v2';

export type Tool = { program: string } | { absent: string };

const howTo = '`npm run deploy:tools` puts it there';

export function helmAtHand(): Tool {
  const program = programAtHand('helm');
  return program === undefined ? { absent: `helm is neither on PATH nor in the program cache: ${howTo}` } : { program };
}

/** The compose plugin runs alone, without Docker: reading a compose file needs no engine. */
export function composeAtHand(): Tool {
  const installed = [
    '/usr/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/local/lib/docker/cli-plugins',
  ]
    .map((folder) => join(folder, 'docker-compose'))
    .find(isExecutable);
  const program =
    installed ?? onPath('docker-compose') ?? (isExecutable(cachedCompose()) ? cachedCompose() : undefined);
  return program === undefined
    ? { absent: `the compose plugin is neither installed nor in the program cache: ${howTo}` }
    : { program };
}

function cachedCompose(): string {
  return join(defaultCacheDir(), `docker-compose-${COMPOSE_VERSION}`);
}

/** `go install` refuses modules with replacements, so that this one is built inside a copy of its sources. */
async function buildCompose(): Promise<void> {
  if (isExecutable(cachedCompose())) return;
  const go = onPath('go') ?? '/usr/local/go/bin/go';
  const found = spawnSync(go, ['mod', 'download', '-json', `${COMPOSE_MODULE}@${COMPOSE_VERSION}`], {
    encoding: 'utf8',
  });
  if (found.status !== 0) throw new Error(`${COMPOSE_MODULE} could not be had: ${found.stderr || String(found.error)}`);
  const { Dir } = JSON.parse(found.stdout) as { Dir: string };
  const folder = mkdtempSync(join(defaultCacheDir(), '.new-'));
  try {
    const sources = join(folder, 'compose');
    cpSync(Dir, sources, { recursive: true, mode: 0 });
    spawnSync('chmod', ['-R', 'u+w', sources]);
    await run(go, ['build', '-trimpath', '-o', join(folder, 'docker-compose'), './cmd'], sources);
    chmodSync(join(folder, 'docker-compose'), 0o755);
    renameSync(join(folder, 'docker-compose'), cachedCompose());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: 'inherit', env: processEnvironment() });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}

if (import.meta.main) {
  const report = (line: string) => process.stdout.write(`${line}\n`);
  report(`helm: ${await findProgram('helm', { report })}`);
  report(`Building compose ${COMPOSE_VERSION} with Go: 4 to 8 minutes, once.`);
  await buildCompose();
  report(`compose: ${cachedCompose()}`);
}
