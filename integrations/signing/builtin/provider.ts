import { createHash } from 'node:crypto';
import type { PdfRenderer } from '../../pdf/renderer.ts';
import type { CompletedEnvelope, SigningEvent, SigningProvider, WebhookReading } from '../provider.ts';
import { verifyWebhook } from '../standard-webhooks.ts';
import type { OrganizationKeys } from './authority.ts';
import { certificateHtml } from './certificate.ts';
import type { Ceremonies, CompletedCeremony } from './ceremony.ts';
import { createLocalTimestampAuthority } from './timestamp.ts';
import type { TimestampAuthority } from './timestamp.ts';

export type BuiltinProviderOptions = {
  ceremonies: Ceremonies;
  renderer: PdfRenderer;
  /** Makes an organization's keys at first use, and gives the same ones afterwards. */
  keysOf: (organization: { id: string; name: string }) => Promise<OrganizationKeys>;
  /** Without one, the organization's own key states the time. */
  timestampAuthority?: TimestampAuthority;
  /** What to do when that authority cannot be reached: fail, so that the caller tries again, or state the time by one's own key. */
  whenTimestampFails?: 'fail' | 'own_key';
  verifyUrl: string | null;
  /** For the events that the signing page's server sends, see `builtinWebhookBody`. Several while a secret is being changed. */
  webhookSecrets: readonly [string, ...string[]];
  clock?: () => Date;
};

/** Signing on our own page: the ceremony is in our database, the document is sealed here. */
export const createBuiltinProvider = (options: BuiltinProviderOptions): SigningProvider => {
  const { ceremonies } = options;
  return {
    name: 'builtin',
    createEnvelope: async ({ envelopeId, document, expiresAt }) => {
      await ceremonies.open({ envelopeId, documentId: document.documentId, expiresAt });
      return { providerEnvelopeId: envelopeId };
    },
    createSigningView: () => Promise.resolve({ kind: 'own_page' }),
    voidEnvelope: ({ providerEnvelopeId, reason }) => ceremonies.void(providerEnvelopeId, reason),
    envelopeStatus: (providerEnvelopeId) => ceremonies.status(providerEnvelopeId),
    fetchCompleted: async (providerEnvelopeId) => {
      const ceremony = await ceremonies.completed(providerEnvelopeId);
      if (!ceremony) throw new Error(`Envelope ${providerEnvelopeId} is not completed.`);
      return buildSignedPdf(ceremony, options);
    },
    listStatusChanges: null,
    findEnvelopes: null,
    readWebhook: (rawBody, headers, now) => readBuiltinWebhook(rawBody, headers, now, options.webhookSecrets),
  };
};

/**
 * Agreement, certificate pages, seal. Repeating it gives the same document up to the seal's own bytes (a signature has randomness in
 * it, a timestamp its moment): the caller keeps the first one it stored.
 */
const buildSignedPdf = async (
  ceremony: CompletedCeremony,
  options: BuiltinProviderOptions,
): Promise<CompletedEnvelope> => {
  const { document, organization, signer, signedAt } = ceremony;
  const actual = createHash('sha256').update(document.pdf).digest('hex');
  if (actual !== document.sha256) {
    throw new Error(
      `Document ${document.documentId} has SHA-256 ${actual}, recorded is ${document.sha256}: it was altered.`,
    );
  }
  const keys = await options.keysOf(organization);
  const rootFingerprint = createHash('sha256')
    .update(keys.authority.certificateChain[0] ?? '')
    .digest('hex');
  const { html, title, language } = certificateHtml({ ceremony, verifyUrl: options.verifyUrl, rootFingerprint });
  const certificate = await options.renderer.render({
    html,
    title,
    language,
    author: organization.name,
    createdAt: signedAt,
  });
  // Loaded where documents are sealed: what reads and writes PDFs has 20 MB, and this file is part of every process.
  const [{ appendPages }, { sealPdf }] = await Promise.all([import('./append-pages.ts'), import('./seal.ts')]);
  const signedPdf = await sealPdf({
    pdf: await appendPages(document.pdf, certificate),
    signingKey: keys.signing,
    name: organization.name,
    reason: `Signed by ${signer.name} <${signer.email}>`,
    location: '',
    signedAt,
    timestampAuthority: timestampAuthority(keys, options),
    agreement: {
      documentId: document.documentId,
      sha256: document.sha256,
      lengthBytes: document.pdf.length,
      templateName: document.templateName,
      templateVersion: document.templateVersion,
      signerName: signer.name,
      signerEmail: signer.email,
      signedAt,
    },
  });
  return { signedPdf, certificatePdf: null, signedAt };
};

const timestampAuthority = (keys: OrganizationKeys, options: BuiltinProviderOptions): TimestampAuthority => {
  const own = createLocalTimestampAuthority({ key: keys.timestamping, clock: options.clock ?? (() => new Date()) });
  const { timestampAuthority: configured } = options;
  if (!configured) return own;
  if (options.whenTimestampFails !== 'own_key') return configured;
  return { timestamp: (digest) => configured.timestamp(digest).catch(() => own.timestamp(digest)) };
};

type EventType = SigningEvent['type'];
const eventTypes: readonly EventType[] = ['delivered', 'completed', 'declined', 'voided'];

/** What the signing page's server sends when a signer has acted; signed with `signWebhook`, whose id is the event's id. */
export const builtinWebhookBody = (event: Omit<SigningEvent, 'eventId'>): string =>
  JSON.stringify({
    type: `envelope.${event.type}`,
    timestamp: event.occurredAt.toISOString(),
    data: { envelopeId: event.providerEnvelopeId, reason: event.reason },
  });

const readBuiltinWebhook = (
  rawBody: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
  now: Date,
  secrets: readonly [string, ...string[]],
): WebhookReading => {
  const verified = verifyWebhook({ body: rawBody, headers, secrets, now });
  if (verified.outcome === 'forged') return verified;
  let body: { type?: unknown; timestamp?: unknown; data?: { envelopeId?: unknown; reason?: unknown } | null };
  try {
    body = JSON.parse(Buffer.from(rawBody).toString('utf8')) as typeof body;
  } catch {
    return { outcome: 'unreadable', reason: 'the body is not JSON' };
  }
  if (typeof body !== 'object' || body === null) return { outcome: 'unreadable', reason: 'the body is not an object' };
  const type = eventTypes.find((candidate) => `envelope.${candidate}` === body.type);
  if (!type)
    return {
      outcome: 'ignored',
      eventId: verified.id,
      reason: `events of type ${String(body.type)} mean nothing here`,
    };
  const occurredAt = new Date(String(body.timestamp));
  const { envelopeId, reason } = body.data ?? {};
  if (typeof envelopeId !== 'string' || Number.isNaN(occurredAt.getTime())) {
    return { outcome: 'unreadable', reason: 'the envelope id or the timestamp is missing' };
  }
  const words = typeof reason === 'string' ? reason : null;
  return {
    outcome: 'event',
    event: { eventId: verified.id, providerEnvelopeId: envelopeId, type, occurredAt, reason: words },
  };
};
