import { createHash } from 'node:crypto';
import { declinedAtProvider, signedAtProvider } from '#db/changes/sign.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { envelopeOfProvider, type EnvelopeRow } from '#db/queries/envelopes.ts';
import * as webhooks from '#db/queries/webhooks.ts';
import type { SigningEvent } from '#integrations/signing/provider.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

type WebhookHandlers = Pick<Handlers, 'signingWebhook' | 'listDeadLetters' | 'replayDeadLetter'>;
type Received = { status: 'accepted' | 'repeated' | 'ignored' | 'dead_letter' };

/** News from signing providers: the signature first, then stored once, then handed on. What is not understood goes to the dead letters. */
export function webhookRoutes(parts: ApiParts): WebhookHandlers {
  const { database } = parts;
  return {
    signingWebhook: async ({ params, rawBody, headers }) => {
      if (params.provider !== parts.signing.name) throw new Refused('not_found');
      return receive(parts, rawBody, headers);
    },
    listDeadLetters: async ({ who }) => {
      const letters = await webhooks.deadLettersFor(database, who.organizationId, 100);
      return { items: letters.map(presentLetter), nextCursor: null };
    },
    replayDeadLetter: async ({ who, params }) => {
      if (who.role === 'MEMBER') throw new Refused('not_allowed');
      const letter = await webhooks.findDeadLetter(database, who.organizationId, params.id);
      if (!letter?.payload) throw new Refused('not_found');
      const event = JSON.parse(parts.cipher.open(letter.payload, 'dead_letter.payload')) as { event?: SigningEvent };
      const received =
        event.event && (await handOn(parts, { ...event.event, occurredAt: new Date(event.event.occurredAt) }));
      // Still not understood: the letter stays open.
      if (received?.status === 'dead_letter') return presentLetter({ ...letter, replayedAt: null });
      await webhooks.markReplayed(database, letter.id);
      return presentLetter({ ...letter, replayedAt: new Date() });
    },
  };
}

async function receive(
  parts: ApiParts,
  rawBody: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Received> {
  const reading = parts.signing.readWebhook(rawBody, headers, new Date());
  switch (reading.outcome) {
    case 'forged':
      parts.log.warn({ provider: parts.signing.name, reason: reading.reason }, 'a forged webhook was refused');
      throw new Refused('webhook_forged');
    case 'ignored':
      return { status: 'ignored' };
    case 'unreadable':
      await bury(parts, sha256Hex(rawBody), reading.reason, {
        body: Buffer.from(rawBody).toString('utf8').slice(0, 100_000),
      });
      return { status: 'dead_letter' };
    case 'event':
      return handOn(parts, reading.event);
  }
}

/** Stores an event once, writes what it means, and wakes the booking's workflow. */
async function handOn(parts: ApiParts, event: SigningEvent): Promise<Received> {
  const provider = parts.signing.name;
  const envelope = await envelopeOfProvider(parts.database, provider, event.providerEnvelopeId);
  if (!envelope) {
    await bury(parts, event.eventId, 'No envelope of ours has this id.', { event });
    return { status: 'dead_letter' };
  }
  const isNew = await webhooks.insertReceipt(parts.database, {
    provider,
    eventId: event.eventId,
    eventType: event.type,
    occurredAt: event.occurredAt,
    organizationId: envelope.organizationId,
    bookingId: envelope.bookingId,
    detail: null,
  });
  // A repeat of one whose meaning was not written yet (we died in between) is written now: each step below can be repeated.
  await apply(parts, envelope, event);
  await webhooks.markHandedOn(parts.database, provider, event.eventId);
  const booking = await findBooking(parts.database, envelope.bookingId);
  if (booking && isNew) {
    await parts.engine
      .nudge(booking)
      .catch((error: unknown) => parts.log.warn({ error }, 'a webhook is stored, the sweep will tell the workflow'));
  }
  return { status: isNew ? 'accepted' : 'repeated' };
}

async function apply(parts: ApiParts, envelope: EnvelopeRow, event: SigningEvent): Promise<void> {
  if (event.type === 'completed') await signedAtProvider(parts.database, envelope, event.occurredAt);
  if (event.type === 'declined') {
    await declinedAtProvider(
      parts.database,
      envelope,
      event.reason ? parts.cipher.seal(event.reason, 'change_request.reason') : null,
    );
  }
}

async function bury(parts: ApiParts, sourceId: string, reason: string, payload: unknown): Promise<void> {
  parts.log.warn({ provider: parts.signing.name, reason }, 'a webhook went to the dead letters');
  await webhooks.insertDeadLetter(parts.database, {
    organizationId: null,
    source: `signing:${parts.signing.name}`,
    sourceId,
    reason,
    payload: parts.cipher.seal(JSON.stringify(payload), 'dead_letter.payload'),
  });
}

const presentLetter = ({ id, source, reason, createdAt, replayedAt }: webhooks.DeadLetterRow) => ({
  id,
  source,
  reason,
  createdAt: createdAt.toISOString(),
  replayedAt: replayedAt?.toISOString() ?? null,
});

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
