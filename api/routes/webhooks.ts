import { z } from 'zod';
import { applyProviderNews } from '#db/changes/sign.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { envelopeOfProvider } from '#db/queries/envelopes.ts';
import * as webhooks from '#db/queries/webhooks.ts';
import type { MailEvent } from '#integrations/mail/postmark-webhook.ts';
import type { SigningEvent } from '#integrations/signing/provider.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { bury, unreadable, type Received } from './dead-letters.ts';
import { handOnMailNews, receiveMailNews } from './mail-webhooks.ts';

type WebhookHandlers = Pick<
  Handlers,
  | 'signingWebhook'
  | 'mailWebhook'
  | 'listDeadLetters'
  | 'replayDeadLetter'
  | 'listInstallationDeadLetters'
  | 'replayInstallationDeadLetter'
>;

/** News from signing and mail providers: whether it is genuine first, then stored once, then handed on. What is not understood goes to the dead letters. */
export function webhookRoutes(parts: ApiParts): WebhookHandlers {
  const { database } = parts;
  return {
    signingWebhook: async ({ params, rawBody, headers }) => {
      if (params.provider !== parts.signing.name) throw new Refused('not_found');
      return receive(parts, rawBody, headers);
    },
    mailWebhook: ({ rawBody, headers }) => receiveMailNews(parts, rawBody, headers),
    listDeadLetters: ({ who }) => list(parts, who.organizationId),
    listInstallationDeadLetters: () => list(parts, null),
    replayDeadLetter: async ({ who, params, ip }) => {
      const letter = await replayLetter(parts, who.organizationId, params.id);
      await appendAudit(database, {
        organizationId: who.organizationId,
        at: parts.clock.now(),
        actor: { type: 'host', id: who.accountId, ip },
        action: 'dead_letter.replayed',
        subject: { type: 'dead_letter', id: params.id },
      });
      return letter;
    },
    replayInstallationDeadLetter: async ({ who, params }) => {
      parts.log.info({ accountId: who.accountId, deadLetterId: params.id }, 'an operator replays a dead letter');
      return replayLetter(parts, null, params.id);
    },
  };
}

async function list(parts: ApiParts, organizationId: string | null) {
  const letters = await webhooks.deadLettersOf(parts.database, organizationId, 100);
  return { items: letters.map(presentLetter), nextCursor: null };
}

async function replayLetter(parts: ApiParts, organizationId: string | null, id: string) {
  const letter = await webhooks.findDeadLetter(parts.database, organizationId, id);
  if (!letter?.payload) throw new Refused('not_found');
  const received = await replay(parts, letter.source, parts.cipher.open(letter.payload, 'dead_letter.payload'));
  // Still not understood: the letter stays open.
  if (received?.status === 'dead_letter') return presentLetter({ ...letter, replayedAt: null });
  await webhooks.markReplayed(parts.database, letter.id);
  return presentLetter({ ...letter, replayedAt: parts.clock.now() });
}

/** What a letter holds once it was understood; one that never was stays as it is. */
const kept = z.object({ event: z.looseObject({ occurredAt: z.coerce.date() }).optional() });

function replay(parts: ApiParts, source: string, payload: string): Promise<Received> | undefined {
  const { event } = kept.parse(JSON.parse(payload));
  if (!event) return undefined;
  return source.startsWith('mail:')
    ? handOnMailNews(parts, event as unknown as MailEvent)
    : handOn(parts, event as unknown as SigningEvent);
}

async function receive(
  parts: ApiParts,
  rawBody: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<Received> {
  const reading = parts.signing.readWebhook(rawBody, headers, parts.clock.now());
  switch (reading.outcome) {
    case 'forged':
      parts.log.warn({ provider: parts.signing.name, reason: reading.reason }, 'a forged webhook was refused');
      throw new Refused('webhook_forged');
    case 'ignored':
      return { status: 'ignored' };
    case 'unreadable':
      return bury(parts, unreadable(sourceOf(parts), rawBody, reading.reason));
    case 'event':
      return handOn(parts, reading.event);
  }
}

/** Stores an event once, writes what it means, and wakes the booking's workflow. */
async function handOn(parts: ApiParts, event: SigningEvent): Promise<Received> {
  const provider = parts.signing.name;
  const envelope = await envelopeOfProvider(parts.database, provider, event.providerEnvelopeId);
  if (!envelope) {
    const reason = 'No envelope of ours has this id.';
    return bury(parts, { source: sourceOf(parts), sourceId: event.eventId, reason, payload: { event } });
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
  await applyProviderNews(parts.database, parts.cipher, envelope, event);
  await webhooks.markHandedOn(parts.database, provider, event.eventId);
  const booking = await findBooking(parts.database, envelope.bookingId);
  if (booking && isNew) {
    await parts.engine
      .nudge(booking)
      .catch((error: unknown) => parts.log.warn({ error }, 'a webhook is stored, the sweep will tell the workflow'));
  }
  return { status: isNew ? 'accepted' : 'repeated' };
}

const presentLetter = ({ id, source, reason, createdAt, replayedAt }: webhooks.DeadLetterRow) => ({
  id,
  source,
  reason,
  createdAt: createdAt.toISOString(),
  replayedAt: replayedAt?.toISOString() ?? null,
});

const sourceOf = ({ signing }: ApiParts): string => `signing:${signing.name}`;
