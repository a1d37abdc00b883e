import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changedFiles, PATCH } from './other-version.ts';

const root = join(import.meta.dirname, '..', '..');
const linesOf = (text: string) => text.split('\n').length;

/** The rehearsal takes minutes and a server of its own, and is run seldom: that there is something to roll out is known earlier. */
test('the version that the rehearsal rolls out can still be made of this one', () => {
  const files = Object.entries(changedFiles());
  expect(files.map(([path]) => path)).toEqual(['workflows/booking/workflow.ts', 'activities/worker.ts']);
  const added = files.map(([path, text]) => linesOf(text) - linesOf(readFileSync(join(root, path), 'utf8')));
  expect(added).toEqual([2, 1]);
  expect(files[0]?.[1]).toContain(`isOfNextVersion('${PATCH}')`);
});
