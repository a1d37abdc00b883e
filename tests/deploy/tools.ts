import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processEnvironment } from '#runtime/config.ts';
import { defaultCacheDir, findProgram, programAtHand } from '#runtime/embedded/binaries.ts';
import { isExecutable, onPath } from '#runtime/embedded/server-user.ts';

/** `npm run deploy:tools`: what `npm test -- compose helm alerts` needs, into the program cache. */
type Source = {
  name: string;
  version: string;
  module: string;
  /** Of its `main`, inside the module. */
  folder: string;
  tags?: string;
};
/** `go install` refuses modules with replacements or exclusions, so that these are built inside a copy of their sources. */
const compose = { name: 'docker-compose', version: 'v2.40.3', module: 'github.com/docker/compose/v2', folder: './cmd' };
/** Prometheus 3.15; as a Go module it is 0.315. Without the clouds that it can ask for targets, which are most of it. */
const promtool = {
  name: 'promtool',
  version: 'v0.315.0',
  module: 'github.com/prometheus/prometheus',
  folder: './cmd/promtool',
  tags: 'remove_all_sd',
};

export type Tool = { program: string } | { absent: string };

const howTo = '`npm run deploy:tools` puts it there';

function tool(name: string, program: string | undefined): Tool {
  return program === undefined
    ? { absent: `${name} is neither installed nor in the program cache: ${howTo}` }
    : { program };
}

export const helmAtHand = (): Tool => tool('helm', programAtHand('helm'));
export const promtoolAtHand = (): Tool => tool('promtool', onPath('promtool') ?? cached(promtool));

/** The compose plugin runs alone, without Docker: reading a compose file needs no engine. */
export function composeAtHand(): Tool {
  const installed = [
    '/usr/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/local/lib/docker/cli-plugins',
  ]
    .map((folder) => join(folder, 'docker-compose'))
    .find(isExecutable);
  return tool('the compose plugin', installed ?? onPath('docker-compose') ?? cached(compose));
}

const placeOf = ({ name, version }: Source): string => join(defaultCacheDir(), `${name}-${version}`);
const cached = (source: Source): string | undefined => (isExecutable(placeOf(source)) ? placeOf(source) : undefined);

async function build(source: Source): Promise<string> {
  const target = placeOf(source);
  if (isExecutable(target)) return target;
  const { name, module, version, folder, tags = '' } = source;
  const go = onPath('go') ?? '/usr/local/go/bin/go';
  const found = spawnSync(go, ['mod', 'download', '-json', `${module}@${version}`], { encoding: 'utf8' });
  if (found.status !== 0) throw new Error(`${module} could not be had: ${found.stderr || String(found.error)}`);
  const { Dir } = JSON.parse(found.stdout) as { Dir: string };
  mkdirSync(defaultCacheDir(), { recursive: true });
  const scratch = mkdtempSync(join(defaultCacheDir(), '.new-'));
  try {
    const sources = join(scratch, 'sources');
    cpSync(Dir, sources, { recursive: true, mode: 0 });
    spawnSync('chmod', ['-R', 'u+w', sources]);
    await run(go, ['build', '-trimpath', '-tags', tags, '-o', join(scratch, name), folder], sources);
    chmodSync(join(scratch, name), 0o755);
    renameSync(join(scratch, name), target);
    return target;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // A module's own workspace names folders that its zip leaves out.
    const env = { ...processEnvironment(), GOWORK: 'off' };
    const child = spawn(command, args, { cwd, stdio: 'inherit', env });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`))));
  });
}

if (import.meta.main) {
  const report = (line: string) => process.stdout.write(`${line}\n`);
  report(`helm: ${await findProgram('helm', { report })}`);
  for (const source of [compose, promtool]) {
    report(`Building ${source.name} ${source.version} with Go: 2 to 8 minutes, once.`);
    report(`${source.name}: ${await build(source)}`);
  }
}
