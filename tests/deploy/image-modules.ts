import { appendFileSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, matchesGlob, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from '#runtime/config.ts';

/**
 * Given to Node with `--import`: the process finds only what is in the image, and writes each file that it loads into MODULES_LOADED. Out of
 * sight are what .dockerignore keeps back, packages for development, and those that the Dockerfile removes.
 */
const root = join(import.meta.dirname, '..', '..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const lines = (name: string): string[] => read(name).trim().split('\n');
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: true } | undefined> };
const removal = /^RUN rm -rf (?:.*\\\n)*?.*[^\\]\n/m.exec(read('Dockerfile'))?.[0].split('&&')[0] ?? '';
const removed = [...removal.matchAll(/\bnode_modules\/[^\s\\]+/g)].map(([path]) => path);
const sent = lines('.dockerignore').filter((line) => line.startsWith('!'));
const keptBack = lines('.dockerignore').filter((line) => /^\*\*\/.*\./.test(line));
const loaded = processEnvironment()['MODULES_LOADED'];

/** Of a package's file: where the package is, as the lock file names it. */
const packageOf = (path: string): string => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path;

function isInImage(path: string): boolean {
  if (path.startsWith('node_modules/')) {
    const home = packageOf(path);
    return lock.packages[home]?.dev !== true && !removed.some((pattern) => matchesGlob(home, pattern));
  }
  const [room = ''] = path.split('/');
  return sent.includes(`!${room}`) && !keptBack.some((pattern) => matchesGlob(path, pattern));
}

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.startsWith('file:')) return found;
    const file = fileURLToPath(found.url);
    if (file.startsWith(import.meta.dirname)) return found;
    // A folder of packages may be a link to one elsewhere.
    const inPackages = file.indexOf('/node_modules/');
    const path = inPackages < 0 ? relative(root, file) : file.slice(inPackages + 1);
    if (!isInImage(path))
      throw new Error(`${path} is not in the image; ${context.parentURL ?? 'the command'} asks for it.`);
    if (loaded !== undefined) appendFileSync(loaded, `${path}\n`);
    return found;
  },
});
