import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { z } from 'zod';
import type { Evidence } from './evidence.ts';

const stored = z.object({
  id: z.string(),
  type: z.string(),
  hostid: z.string(),
  data: z.looseObject({ bookingId: z.string() }),
});
const stream = 'FACTS';

/** Everything that the stream keeps about these hosts, in its order. */
export async function readStream(url: string, hostIds: readonly string[]): Promise<Evidence['streamed']> {
  const connection = await connect({ servers: [url], name: 'checker' });
  try {
    const { state } = await (await jetstreamManager(connection)).streams.info(stream);
    const consumer = await jetstream(connection).consumers.get(stream);
    const facts: Evidence['streamed'][number][] = [];
    for (let position = 0; position < state.last_seq;) {
      const message = await consumer.next({ expires: 5_000 });
      if (!message) throw new Error(`The stream ended at ${position}, before its last position ${state.last_seq}.`);
      position = message.seq;
      const { id, type, hostid, data } = stored.parse(message.json());
      if (hostIds.includes(hostid)) facts.push({ id, type, bookingId: data.bookingId, hostId: hostid, data, position });
    }
    return facts;
  } finally {
    await connection.close();
  }
}
