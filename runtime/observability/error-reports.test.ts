import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from '../logging.ts';
import { openErrorReports } from './error-reports.ts';

type Envelope = { path: string; text: string };
let server: Server;
let dsn: string;
const envelopes: Envelope[] = [];

/** Takes envelopes as Sentry does. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const isZipped = request.headers['content-encoding'] === 'gzip';
      envelopes.push({ path: request.url ?? '', text: (isZipped ? gunzipSync(bytes) : bytes).toString('utf8') });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  dsn = `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/42`;
});
afterAll(() => server.close());

test(
  'an error that is logged is reported with its kind and place, and without a word that could be personal',
  { timeout: 60_000 },
  async () => {
    const reports = await openErrorReports({ sentryDsn: dsn, deployment: 'staging' }, 'api');
    const log = createLogger('api', 'error', { report: reports.report, write: () => {} });
    const error = Object.assign(new TypeError('no room for grace@example.net\n    at the table (of Grace)'), {
      detail: 'Key (email)=(grace@example.net)',
    });
    log.error(
      { error, headers: { authorization: 'Bearer s3cret', cookie: 's3cret' }, bookingId: 'b-1' },
      'a request failed',
    );
    log.error({ subject: 'slot.held' }, 'not about an error');
    log.warn({ error }, 'expected: tried again');
    await reports.close();

    const events = envelopes.filter(({ text }) => text.includes('"exception"'));
    expect(events).toHaveLength(1);
    const { path, text } = events[0] ?? { path: '', text: '' };
    expect(path).toMatch(/^\/api\/42\/envelope\//);
    expect(JSON.parse(text.split('\n')[2] ?? '')).toMatchObject({
      environment: 'staging',
      level: 'error',
      exception: { values: [{ type: 'TypeError', value: 'a request failed' }] },
      tags: { process: 'api', bookingId: 'b-1' },
    });
    expect(text).toContain('error-reports.test.ts');
    expect(text).not.toMatch(/grace|Bearer|s3cret|server_name/i);
  },
);

test('without a DSN nothing is loaded and nothing leaves', async () => {
  const before = envelopes.length;
  const reports = await openErrorReports({ sentryDsn: undefined, deployment: 'production' }, 'api');
  reports.report({ error: new Error('x'), message: 'm' });
  await reports.close();
  expect(envelopes).toHaveLength(before);
});
