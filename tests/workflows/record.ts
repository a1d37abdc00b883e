import { join } from 'node:path';
import { startVitest } from 'vitest/node';

/** Plays the scenes and writes their histories down: `node tests/workflows/record.ts`. */
process.env['COUNTERSIGN_RECORD'] = 'yes';
const vitest = await startVitest('test', [join(import.meta.dirname, 'replay.test.ts')], {
  root: join(import.meta.dirname, '..', '..'),
  project: ['integration'],
  watch: false,
});
await vitest.close();
