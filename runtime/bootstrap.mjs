/**
 * What every npm script starts with. Plain Node (20 or newer) without dependencies, because it runs before there are any:
 * installs the packages that package-lock.json names, finds the Node that the product needs, and runs what was asked.
 *
 *   node runtime/bootstrap.mjs runtime/start.ts [arguments]
 *   node runtime/bootstrap.mjs --bin vitest [arguments]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_NEEDED = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.countersign-lock');

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/** npm writes what it installed into node_modules/.package-lock.json: true when that is what package-lock.json asks for. */
function installedMatchesLock() {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = readJson(hidden).packages ?? {};
  const wanted = readJson(join(root, 'package-lock.json')).packages ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && existsSync(join(root, path));
  });
}

function packagesAreCurrent() {
  if (!existsSync(modules)) return false;
  const hash = lockHash();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return true;
  if (!installedMatchesLock()) return false;
  writeFileSync(stampFile, hash);
  return true;
}

/** npm as a command and its first arguments: the npm that runs this script, else the one on PATH. */
function npmCommand() {
  const npmScript = process.env.npm_execpath;
  if (npmScript?.endsWith('npm-cli.js') && existsSync(npmScript)) return [process.execPath, npmScript];
  return ['npm'];
}

/** Warnings are left out: they are about the Node that runs npm here, which is not the one that will run the product. */
function npm(...args) {
  const [command, ...first] = npmCommand();
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  return spawnSync(command, [...first, ...args, ...quiet], { cwd: root, stdio: 'inherit' });
}

function installPackages() {
  console.log('Installing packages (npm ci): 1 to 3 minutes on a usual connection, once.');
  const startedAt = Date.now();
  let result = npm('ci');
  if (result.status !== 0 && !result.error) {
    console.log('npm ci refused; trying npm install, which is less strict about the lock file.');
    result = npm('install', '--no-save');
  }
  if (result.error || result.status !== 0) {
    console.error(`Packages could not be installed (${result.error?.message ?? `npm ended with ${result.status}`}).`);
    console.error('The reason is above; often the registry cannot be reached. Then run the same command again.');
    process.exit(result.status || 1);
  }
  writeFileSync(stampFile, lockHash());
  console.log(`Packages installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

function majorOf(version) {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}

/** The Node that came with the packages (Linux on x64), else the one running this, when new enough. */
function findNode() {
  const packaged = join(modules, '.bin', 'node');
  if (existsSync(packaged)) {
    const answer = spawnSync(packaged, ['--version'], { encoding: 'utf8' });
    if (answer.status === 0 && majorOf(answer.stdout) >= NODE_NEEDED) return packaged;
  }
  if (majorOf(process.version) >= NODE_NEEDED) return process.execPath;
  console.error(
    `Countersign needs Node ${NODE_NEEDED} or newer; this is ${process.version}, and for ${process.platform} on ` +
      `${process.arch} none comes with the packages. Install it from https://nodejs.org and run the same command again.`,
  );
  process.exit(1);
}

/** Runs until the child ends, passes signals on, and ends as the child did. */
function run(node, args) {
  const child = spawn(node, args, {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      PATH: [join(modules, '.bin'), process.env.PATH].join(delimiter),
      COUNTERSIGN_PARENT_PID: String(process.pid),
      // Where the person stood who called: npm says so itself.
      INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    },
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  stopWithNpm(child);
  child.on('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}

/** When the npm that runs this is killed outright, no signal comes: what it started must still end. */
function stopWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, 1000);
  timer.unref();
}

/** The parent and its parent: npm runs this through a shell, which stays when npm goes. */
function ancestors() {
  const status = `/proc/${process.ppid}/stat`;
  if (!existsSync(status)) return String(process.ppid);
  const text = readFileSync(status, 'utf8');
  return `${process.ppid} ${text.slice(text.lastIndexOf(')')).split(' ')[2]}`;
}

if (majorOf(process.version) < 20) {
  console.error(`Countersign needs Node 20 or newer to install itself; this is ${process.version}.`);
  process.exit(1);
}
if (!packagesAreCurrent()) installPackages();
const [first, ...rest] = process.argv.slice(2);
if (first === undefined) {
  console.error('Usage: node runtime/bootstrap.mjs FILE.ts [arguments] | --bin NAME [arguments]');
  process.exit(2);
}
const node = findNode();
if (first === '--bin') run(node, [join(modules, '.bin', rest[0] ?? ''), ...rest.slice(1)]);
else run(node, [join(root, first), ...rest]);
