import { createHmac, randomUUID } from 'node:crypto';
import type { DocusignServer } from '#tests/docusign-server/server.ts';
import { ask, type Asked } from './ask.ts';

const path = '/api/v1/webhooks/signing/docusign';

/** A webhook that was delivered before, word for word. */
export function webhookAgain(baseUrl: string, provider: DocusignServer, which: number): Promise<Asked> | null {
  const { delivered } = provider.connect;
  const one = delivered[delivered.length - 1 - (which % Math.max(delivered.length, 1))];
  return one ? ask(baseUrl, { method: 'POST', path, key: one.envelopeId, headers: one.headers, body: one.body }) : null;
}

/** One that says "signed" and is signed with a key that nobody gave out: must be refused. */
export function webhookForged(baseUrl: string, provider: DocusignServer, which: number): Promise<Asked> | null {
  const envelopes = [...provider.envelopes.all.keys()];
  const envelopeId = envelopes[envelopes.length - 1 - (which % Math.max(envelopes.length, 1))];
  if (envelopeId === undefined) return null;
  const body = JSON.stringify({ event: 'envelope-completed', data: { envelopeId, envelopeSummary: {} } });
  const signature = createHmac('sha256', 'not the key').update(body).digest('base64');
  return ask(baseUrl, {
    method: 'POST',
    path,
    key: envelopeId,
    headers: { 'x-docusign-signature-1': signature },
    body,
  });
}

/** A genuine one about an envelope that nobody here sent: becomes a dead letter. */
export function webhookUnknown(baseUrl: string, provider: DocusignServer): Promise<Asked> {
  const { body, headers } = provider.connect.compose(randomUUID());
  return ask(baseUrl, { method: 'POST', path, key: randomUUID(), headers, body });
}
