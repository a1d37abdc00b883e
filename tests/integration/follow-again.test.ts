import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectToNats, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openFactsStream, streamName, type FactsStream } from '#integrations/stream/facts-stream.ts';
import { parseNatsServers } from '#runtime/nats-servers.ts';
import { eventually } from '#tests/people.ts';

let connection: NatsConnection;
let stream: FactsStream;
beforeAll(async () => {
  const { servers, ...rest } = parseNatsServers(inject('servers').natsUrl);
  stream = await openFactsStream({ ...rest, servers, replicas: 1, name: 'follow-again' });
  connection = await connectToNats({ servers });
});
afterAll(async () => {
  await stream.close();
  await connection.close();
});

async function consumerNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of (await jetstreamManager(connection)).consumers.list(streamName)) names.push(name);
  return names;
}

it('a reader whose consumer is gone from the server goes on where it was, and tells nothing twice', async () => {
  const organizationId = randomUUID();
  const heard: number[] = [];
  const publish = (number: number) =>
    stream.publish({ id: randomUUID(), subject: `slot.held.${organizationId}.${randomUUID()}`, json: { number } });
  const before = new Set(await consumerNames());
  const { last } = await stream.bounds();
  const following = await stream.follow(last + 1, ({ subject, json }) => {
    if (subject.includes(organizationId)) heard.push((json as { number: number }).number);
  });
  const [mine] = (await consumerNames()).filter((name) => !before.has(name));
  await publish(1);
  await publish(2);
  const untilHeard = (count: number) =>
    eventually(
      () => Promise.resolve(heard.length),
      (length) => length >= count,
      20_000,
    );
  await untilHeard(2);
  await (await jetstreamManager(connection)).consumers.delete(streamName, mine ?? '');
  await publish(3);
  await publish(4);
  await untilHeard(4);
  await publish(5);
  await untilHeard(5);
  expect(heard).toEqual([1, 2, 3, 4, 5]);
  await following.stop();
});
