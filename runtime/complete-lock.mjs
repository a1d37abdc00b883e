/**
 * Adds to package-lock.json the packages for other platforms that npm left out of it, which it does when they are not
 * installed here (npm/cli issue 4828) or a mirror does not carry them; `npm ci` would refuse the lock file everywhere.
 * Run after `npm install`:  node runtime/complete-lock.mjs   With --check it only says what is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const lockFile = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json');
const systems = { darwin: 'darwin', linux: 'linux', win32: 'win32', windows: 'win32', android: 'android' };
const moreSystems = { freebsd: 'freebsd', openbsd: 'openbsd', netbsd: 'netbsd', sunos: 'sunos', aix: 'aix' };
const operatingSystems = { ...systems, ...moreSystems, openharmony: 'openharmony' };
const processors = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el'];

/** The platform fields that a package's name tells, such as `@swc/core-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => operatingSystems[word]).find((found) => found !== undefined);
  const cpu = words.find((word) => processors.includes(word));
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(os && { os: [os] }),
    ...(libc && os === 'linux' && { libc: [libc] }),
  };
}

/** What Node would find as `name` from the package at `path`, nearest folder first. */
function lockedVersion(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const found = packages[at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`];
    if (found || at === '') return found?.version;
  }
}

/** Beside the package that asks for it, where npm itself puts it when the top folder has another version. */
function placeBeside(path, name) {
  return `${path.slice(0, path.lastIndexOf('node_modules/'))}node_modules/${name}`;
}

function missingFrom(packages) {
  const missing = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!/^\d/.test(version) || lockedVersion(packages, path, name) === version) continue;
      missing.set(placeBeside(path, name), { name, version, dev: entry.dev });
    }
  }
  return missing;
}

const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
let added = 0;
// Repeated, because a package added at the top can stand in the way of one of another version further down.
for (let missing = missingFrom(lock.packages); missing.size > 0; missing = missingFrom(lock.packages)) {
  added += missing.size;
  for (const [path, { name, version, dev }] of missing) {
    lock.packages[path] = { version, ...platformOf(name), ...(dev && { dev: true }), optional: true };
  }
}
if (!process.argv.includes('--check')) {
  const [self, ...others] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([self, ...others.toSorted(([a], [b]) => a.localeCompare(b, 'en'))]);
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${added} packages added to package-lock.json.`);
} else if (added > 0) {
  console.error(`package-lock.json lacks ${added} packages of other platforms: run node runtime/complete-lock.mjs`);
  process.exit(1);
}
