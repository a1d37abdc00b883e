import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#runtime/embedded/ports.ts';
import {
  buildHost,
  buildMeetingType,
  findSlot,
  holdSlot,
  openSigning,
  send,
  signTyped,
  type TestHost,
  untilStatus,
} from '#tests/people.ts';
import { endProcess, startProcess } from '#tests/product-processes.ts';
import { type Product, startProduct } from '#tests/product.ts';
import { previousCode } from '#tests/releases/previous-code.ts';

/** As in the minutes of an upgrade: the schema is the new one, and what runs on it is still the code of the release before. */
const previous = previousCode();

describe('the previous release on the newest schema', () => {
  if ('absent' in previous) {
    test(`OLD CODE WAS NOT TESTED: ${previous.absent}`, ({ skip }) => skip(previous.absent));
    return;
  }
  const { folder } = previous;
  const processes: ChildProcess[] = [];
  let product: Product;
  let old: Pick<Product, 'baseUrl' | 'shared'>;
  let host: TestHost;

  const start = async (script: 'api.ts' | 'worker.ts', port: number): Promise<void> => {
    processes.push(await startProcess(script, { ...product.env, PORT: String(port) }, folder));
  };

  beforeAll(async () => {
    product = await startProduct({ startWorker: false });
    const port = await freePort();
    await Promise.all([start('api.ts', port), start('worker.ts', port)]);
    old = { baseUrl: `http://127.0.0.1:${port}`, shared: product.shared };
    // Rows as the new code writes them: both write during an upgrade.
    host = await buildHost(old);
  });

  afterAll(async () => {
    for (const child of processes) await endProcess(child, 'SIGKILL');
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('books, signs and confirms', async () => {
    const type = await buildMeetingType(product, host, { nda: true });
    const { body, status } = await holdSlot(old, type, await findSlot(old, host, type));
    expect([status, body.code]).toEqual([201, undefined]);
    const session = await openSigning(old, body.token);
    expect((await signTyped(old, body.token, session)).status).toBe(202);
    expect((await untilStatus(old, body.token, 'confirmed', 60_000)).status).toBe('confirmed');
  }, 120_000);

  test('books without an NDA, and cancels', async () => {
    const type = await buildMeetingType(product, host);
    const { body } = await holdSlot(old, type, await findSlot(old, host, type));
    await untilStatus(old, body.token, 'confirmed', 60_000);
    const canceled = await send(old, 'POST', '/my-booking/cancel', { token: body.token, key: body.token, body: {} });
    expect(canceled.status).toBe(200);
    await untilStatus(old, body.token, 'canceled', 60_000);
  }, 120_000);
});
