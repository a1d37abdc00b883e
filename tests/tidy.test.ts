import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

/** What neither the compiler nor the linter sees. Function length, leftovers and import directions are theirs. */

const root = join(import.meta.dirname, '..');
const notOurs = new Set(['node_modules', '.git', '.countersign', 'dist', 'build', 'demo-output', 'test-results']);

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !notOurs.has(name))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(path) : [path];
    });
}

const files = filesUnder('');
const rooms = [...new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0] ?? ''))].filter(
  (name) => !name.startsWith('.'),
);
const texts = files.filter((file) => /\.(ts|mjs|cjs|js|svelte|css|sql|md|json|ya?ml|html)$|rc$/.test(file));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const textsWith = (pattern: RegExp) => texts.filter((file) => pattern.test(read(file)));

test('every top folder is in the map of the README, and says itself what lives there', () => {
  const map = read('README.md');
  expect(rooms.filter((room) => !map.includes(`${room}/`))).toEqual([]);
  expect(rooms.filter((room) => !existsSync(join(root, room, 'README.md')))).toEqual([]);
});

test('nothing is named after a drawer', () => {
  const drawers = /^(utils?|utilities|helpers?|common|misc|stuff)$/;
  const named = files.filter((file) => file.split('/').some((part) => drawers.test(part.split('.')[0] ?? '')));
  expect(named).toEqual([]);
});

test('no test is skipped, and none runs alone', () => {
  const switchedOff = /\b(test|it|describe)\s*\.\s*(skip|only|todo|fixme)\b/;
  expect(files.filter((file) => /\.(test|spec)\.ts$/.test(file) && switchedOff.test(read(file)))).toEqual([]);
});

test('no file knows the folders of one machine', () => {
  const folders = ['work', 'home'].map((name) => `/${name}/[a-z]`).join('|');
  expect(textsWith(new RegExp(`(^|[\\s'"\`(=])(${folders})`, 'm'))).toEqual([]);
});

test('the lock file names packages, not where one machine fetched them', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
  expect(read('.npmrc')).not.toMatch(/^\s*(@[^:]+:)?registry\s*=/m);
});

test('the lock file has the packages of every platform, so that npm ci takes it anywhere', () => {
  const check = spawnSync(process.execPath, [join(root, 'runtime', 'complete-lock.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect(check.stderr).toBe('');
});

test('migrations are numbered by time, and no two share a number', () => {
  const names = files.filter((file) => file.startsWith('db/migrations/')).map((file) => basename(file));
  expect(names.filter((name) => !/^\d{14}_[a-z0-9_]+\.sql$/.test(name))).toEqual([]);
  expect(new Set(names.map((name) => name.slice(0, 14))).size).toBe(names.length);
});
