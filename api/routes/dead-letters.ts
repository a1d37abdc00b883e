import { createHash } from 'node:crypto';
import { insertDeadLetter } from '#db/queries/webhooks.ts';
import type { ApiParts } from '../parts.ts';

/** What became of a webhook. */
export type Received = { status: 'accepted' | 'repeated' | 'ignored' | 'dead_letter' };

type Letter = { source: string; sourceId: string; reason: string; payload: unknown };

const longestBody = 100_000;

/** A genuine webhook that means nothing to us as it is: kept under the hash of its body. */
export function unreadable(source: string, rawBody: Uint8Array, reason: string): Letter {
  const body = Buffer.from(rawBody).toString('utf8').slice(0, longestBody);
  return { source, sourceId: createHash('sha256').update(rawBody).digest('hex'), reason, payload: { body } };
}

/** Keeps what could not be processed, with its reason, for a person to look at and to try again. */
export async function bury(parts: ApiParts, { source, sourceId, reason, payload }: Letter): Promise<Received> {
  parts.log.warn({ source, reason }, 'a webhook went to the dead letters');
  await insertDeadLetter(parts.database, {
    organizationId: null,
    source,
    sourceId,
    reason,
    payload: parts.cipher.seal(JSON.stringify(payload), 'dead_letter.payload'),
  });
  return { status: 'dead_letter' };
}
