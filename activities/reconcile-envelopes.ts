import { applyProviderNews } from '#db/changes/sign.ts';
import {
  envelopeOfProvider,
  envelopesAnswered,
  postponeAsking,
  takeEnvelopesToAsk,
  type EnvelopeToAsk,
} from '#db/queries/envelopes.ts';
import { ProviderBusy } from '#integrations/signing/failures.ts';
import type { StatusChange } from '#integrations/signing/provider.ts';
import type { Parts } from './parts.ts';

/**
 * DocuSign allows one question about an envelope in 15 minutes and 3,000 calls an hour (https://developers.docusign.com/docs/esign-rest-api/esign101/rules-and-limits/).
 * One call asks about all that are due, and a sweep makes at most one. One that fails has asked nothing: it is repeated, half a minute later at the
 * soonest (so that one shortly before the end has another try) or when the provider says.
 */
const asking = { everyMinutes: 15, beforeEndSeconds: 45, againSeconds: 30 };
/** Clocks differ: what changed a little before the oldest was sent is looked at too. */
const clockSlackMs = 5 * 60_000;

/** Finds out what lost webhooks did not tell, and applies it as if they had come. */
export async function reconcileEnvelopes(parts: Parts): Promise<void> {
  const { database, signing } = parts;
  if (!signing.listStatusChanges) return;
  const due = await takeEnvelopesToAsk(database, signing.name, asking);
  if (due.length === 0) return;
  const since = new Date(Math.min(...due.map(({ sentAt }) => sentAt.getTime())) - clockSlackMs);
  const changes = await signing.listStatusChanges(since).catch((error: unknown) => postpone(parts, due, error));
  const unwritten = new Set<string>();
  for (const change of changes) {
    await apply(parts, change).catch((error: unknown) => {
      unwritten.add(change.providerEnvelopeId);
      parts.log.warn({ error }, 'what a provider said of an envelope could not be written, it is asked again');
    });
  }
  const answered = due.filter(({ providerEnvelopeId }) => !unwritten.has(providerEnvelopeId));
  await envelopesAnswered(database, idsOf(answered));
}

const idsOf = (envelopes: readonly EnvelopeToAsk[]): string[] => envelopes.map(({ id }) => id);

/** @throws what kept it from answering */
async function postpone({ database }: Parts, due: readonly EnvelopeToAsk[], error: unknown): Promise<never> {
  if (error instanceof ProviderBusy) await postponeAsking(database, idsOf(due), error.retryAfterMs / 1000);
  throw error;
}

async function apply(parts: Parts, { providerEnvelopeId, status, occurredAt, reason }: StatusChange): Promise<void> {
  if (status === 'sent' || status === 'delivered') return;
  const envelope = await envelopeOfProvider(parts.database, parts.signing.name, providerEnvelopeId);
  // Of another application in the same account, or told by its webhook already.
  if (!envelope || (envelope.status !== 'sent' && envelope.status !== 'delivered')) return;
  await applyProviderNews(parts.database, parts.cipher, envelope, { type: status, occurredAt, reason });
  parts.log.info({ bookingId: envelope.bookingId, status }, 'a webhook was lost: the provider was asked');
  parts.facts.soon(envelope.bookingId);
  await parts.nudge(envelope.bookingId);
}
