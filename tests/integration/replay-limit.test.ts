import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { JoinAnswer } from '#contract/live.ts';
import { openFactsStream } from '#integrations/stream/facts-stream.ts';
import { parseNatsServers } from '#runtime/nats-servers.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
/** Before what the relay has in memory. */
let old: number;
beforeAll(async () => {
  const stream = await openFactsStream({ ...parseNatsServers(inject('servers').natsUrl), replicas: 1, name: 'before' });
  await stream.publish({ id: randomUUID(), subject: `slot.held.${randomUUID()}.${randomUUID()}`, json: {} });
  old = (await stream.bounds()).last - 1;
  await stream.close();
  const limits = { holdsPerMinute: 3 };
  product = await startProduct({ startWorker: false, limits, env: { TRUSTED_PROXIES: '1' } });
});
afterAll(() => product.stop());

/** Of a page of its own. */
async function join(position: number, address: string): Promise<JoinAnswer> {
  const socket = io(product.baseUrl, {
    path: '/live',
    transports: ['websocket'],
    forceNew: true,
    extraHeaders: { 'x-forwarded-for': address },
  });
  const answer = await socket.timeout(30_000).emitWithAck('join', { room: 'host', hostId: randomUUID(), position });
  socket.disconnect();
  return answer as JoinAnswer;
}

it('an address makes the stream be read so often a minute, in however many pages; joining goes on, and others are not held up', async () => {
  const answers: JoinAnswer[] = [];
  for (let page = 1; page <= 5; page += 1) answers.push(await join(old, '2001:db8::1'));
  expect(answers.map(({ outcome }) => outcome)).toEqual(['joined', 'joined', 'joined', 'refused', 'refused']);
  expect(answers[4]).toEqual({ outcome: 'refused', code: 'rate_limited' });
  expect(await join(old, '2001:db8::2')).toMatchObject({ code: 'rate_limited' });
  expect(await join(old, '192.0.2.1')).toMatchObject({ outcome: 'joined' });
  const { last } = await product.shared.stream.bounds();
  expect(await join(last, '2001:db8::1')).toMatchObject({ outcome: 'joined' });
});
