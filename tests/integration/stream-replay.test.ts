import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectToNats, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openFactsStream, streamName, StreamSilent, type FactsStream } from '#integrations/stream/facts-stream.ts';
import { parseNatsServers } from '#runtime/nats-servers.ts';

/** Passes on what the server says; before it goes on after the first mention of `word`, `first` is done. */
async function between(server: URL, word: string, first: () => Promise<unknown>) {
  const sockets: Socket[] = [];
  const proxy = createServer((client) => {
    const upstream = connect(Number(server.port), server.hostname);
    sockets.push(client, upstream);
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (!chunk.includes(word)) return void client.write(chunk);
      upstream.pause();
      void first().then(() => {
        client.write(chunk);
        upstream.resume();
      });
    });
    for (const socket of sockets) socket.on('error', () => {});
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    address: `nats://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

const organizationId = randomUUID();
const subjects = [`slot.*.${organizationId}.*`];
const word = `"word":"${randomUUID()}"`;
/** What happens while the second fact is on its way. */
let trouble: () => Promise<unknown> = () => Promise.resolve();
let connection: NatsConnection;
let direct: FactsStream;
let slow: FactsStream;
let proxy: Awaited<ReturnType<typeof between>>;
let range: { from: number; to: number };

beforeAll(async () => {
  const { servers, ...rest } = parseNatsServers(inject('servers').natsUrl);
  const options = { ...rest, replicas: 1 };
  direct = await openFactsStream({ ...options, servers, name: 'direct' });
  connection = await connectToNats({ servers });
  proxy = await between(new URL(servers[0] ?? ''), word, () => trouble());
  slow = await openFactsStream({ ...options, servers: [proxy.address], name: 'slow' });
  const before = (await direct.bounds()).last;
  for (let number = 1; number <= 5; number += 1) {
    const json = number === 2 ? JSON.parse(`{${word}}`) : { number };
    await direct.publish({ id: randomUUID(), subject: `slot.held.${organizationId}.${randomUUID()}`, json });
  }
  range = { from: before + 1, to: (await direct.bounds()).last };
});
afterAll(async () => {
  await direct.close();
  await slow.close();
  await connection.close();
  proxy.close();
});

/** The server gives nothing to whoever reads these subjects, for so long. */
async function giveNothing(forMs: number): Promise<void> {
  const { consumers } = await jetstreamManager(connection);
  for await (const { name, config } of consumers.list(streamName))
    if (config.filter_subjects?.includes(subjects[0] ?? '') || config.filter_subject === subjects[0])
      await consumers.pause(streamName, name, new Date(Date.now() + forMs));
}

it('a replay is whole, however slow the server is at it', async () => {
  trouble = () => giveNothing(2_500);
  expect(await slow.read({ ...range, subjects })).toHaveLength(5);
});

it.each([
  ['the server gives nothing', () => giveNothing(60_000)],
  ['the connection stands still', () => sleep(12_000)],
])('a replay that is cut short, as %s, is a failure and not a short replay', async (_, begins) => {
  trouble = begins;
  await expect(slow.read({ ...range, subjects })).rejects.toThrow(StreamSilent);
});

it('a replay ends where it was asked to, and at once where there is nothing', async () => {
  const begun = performance.now();
  const positions = (await direct.read({ ...range, to: range.to - 1, subjects })).map(({ position }) => position);
  expect(positions).toHaveLength(4);
  expect(Math.max(...positions)).toBeLessThan(range.to);
  expect(await direct.read({ ...range, subjects: [`slot.*.${randomUUID()}.*`] })).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(900);
});
