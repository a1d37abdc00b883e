import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

function logged(statement: string): string {
  const url = join(import.meta.dirname, 'logging.ts');
  const script = `import { createLogger } from ${JSON.stringify(url)}; const log = createLogger('api', 'info'); ${statement}`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(result.stderr).toBe('');
  return result.stdout;
}

test('authorization, cookies, passwords and tokens do not reach the log, wherever an entry carries them', () => {
  const line = logged(`log.info({
    password: 'PW0',
    req: { headers: { authorization: 'PW1', cookie: 'PW2', 'idempotency-key': 'PW3' }, token: 'PW4' },
    res: { headers: { 'set-cookie': 'PW5' } },
  }, 'request')`);
  expect(line).toContain('"msg":"request"');
  expect(line).not.toMatch(/PW\d/);
});

test('an entry is one JSON line with the process, the level as a word, and the time in ISO 8601', () => {
  const entry = JSON.parse(logged(`log.warn({ bookingId: 'b1' }, 'slow')`));
  expect(entry).toMatchObject({ process: 'api', level: 'warn', bookingId: 'b1', msg: 'slow' });
  expect(entry.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
});
