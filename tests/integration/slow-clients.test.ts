import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct({ startWorker: false });
});
afterAll(() => product.stop());

/** Sends the first part at once, the rest a few bytes at a time, until it is cut off. @returns what the server said */
async function drip(atOnce: string, text: string): Promise<string> {
  const { hostname, port } = new URL(product.baseUrl);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
  socket.on('error', () => {});
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  socket.write(atOnce);
  for (let sent = 0; sent < text.length && !socket.destroyed && !socket.readableEnded; sent += 2) {
    socket.write(text.slice(sent, sent + 2));
    await sleep(250);
  }
  socket.end();
  await ended;
  return said;
}

const head = 'POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

it('a client that drips its headers, or its body, is cut off with 408, while others are served', async () => {
  const headers = drip(head, `X-Long: ${'x'.repeat(2_000)}`);
  const body = drip(`${head}Content-Length: 2000\r\n\r\n`, ' '.repeat(2_000));
  const served = Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      await sleep(index * 1_000);
      return (await fetch(`${product.baseUrl}/health/live`)).status;
    }),
  );
  expect(new Set(await served)).toEqual(new Set([200]));
  for (const said of await Promise.all([headers, body])) expect(said).toMatch(/^HTTP\/1\.1 408 /);
}, 120_000);
