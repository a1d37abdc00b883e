import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const keptOut = [
  '.env',
  '.secrets.env',
  '.countersign/secrets.json',
  'backups/countersign-20261121T140000Z/manifest.json',
];

test.skipIf(!existsSync(join(root, '.git')))(
  'git leaves out what holds secrets or people, where the documentation has it put',
  () => {
    const { stdout } = spawnSync('git', ['check-ignore', ...keptOut], { cwd: root, encoding: 'utf8' });
    expect(stdout.trim().split('\n')).toEqual(keptOut);
  },
);
