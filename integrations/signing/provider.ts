/**
 * What a signing provider is to this product: five verbs and a webhook parser. A provider is one folder beside this file;
 * `contract.suite.ts` states what each of them must keep.
 */

/** Ours to name: `envelopeId` is the idempotency key, a repeated `createEnvelope` gives the same provider envelope. */
export type EnvelopeRequest = {
  envelopeId: string;
  document: { documentId: string; title: string; pdf: Uint8Array; sha256: string };
  signer: { name: string; email: string };
  emailSubject: string;
  /** The hold's end: a signature after it is late. The provider may use it to expire the envelope by itself. */
  expiresAt: Date;
};

/** Where the guest signs: our own page, or a single-use page of the provider that must be fetched anew each time. */
export type SigningView =
  { kind: 'own_page' } | { kind: 'provider_page'; url: string; expiresAt: Date; frameAncestors: readonly string[] };

/** What became of a request to void: a completed or declined envelope cannot be voided, and says so. */
export type VoidOutcome = 'voided' | 'completed' | 'declined';

export type EnvelopeStatus = 'sent' | 'delivered' | 'completed' | 'declined' | 'voided';

export type CompletedEnvelope = {
  /** The final document: agreement, signature and certificate in one PDF. */
  signedPdf: Uint8Array;
  /** A certificate that the provider keeps apart from the document, when it does. */
  certificatePdf: Uint8Array | null;
  signedAt: Date;
};

/** A provider's news about an envelope. `eventId` is unique per provider and equal for a repeated delivery. */
export type SigningEvent = {
  eventId: string;
  providerEnvelopeId: string;
  type: 'delivered' | 'completed' | 'declined' | 'voided';
  occurredAt: Date;
  /** The signer's words when declining, if given. */
  reason: string | null;
};

export type WebhookReading =
  | { outcome: 'event'; event: SigningEvent }
  /** Genuine, but nothing for us to do (an event type without meaning here). */
  | { outcome: 'ignored'; eventId: string; reason: string }
  /** The signature does not fit the raw body: answered with 401, never stored as an event. */
  | { outcome: 'forged'; reason: string }
  /** Genuine, but not understood: goes to the dead letters with its reason. */
  | { outcome: 'unreadable'; reason: string };

/** What became of an envelope, as a list of changes tells it: the same as the webhook would have. */
export type StatusChange = Pick<SigningEvent, 'providerEnvelopeId' | 'occurredAt' | 'reason'> & {
  status: EnvelopeStatus;
};

export type SigningProvider = {
  readonly name: 'builtin' | 'docusign';
  createEnvelope(request: EnvelopeRequest): Promise<{ providerEnvelopeId: string }>;
  createSigningView(input: {
    providerEnvelopeId: string;
    envelopeId: string;
    signer: { name: string; email: string };
    returnUrl: string;
  }): Promise<SigningView>;
  voidEnvelope(input: { providerEnvelopeId: string; reason: string }): Promise<VoidOutcome>;
  envelopeStatus(providerEnvelopeId: string): Promise<EnvelopeStatus>;
  /**
   * Envelopes whose status changed since then, many in one call: for finding out what lost webhooks did not tell. Null for a provider whose
   * news cannot be lost. Providers limit how often one envelope may be asked about (DocuSign: every 15 minutes).
   */
  readonly listStatusChanges: ((since: Date) => Promise<StatusChange[]>) | null;
  /**
   * The provider's ids of those envelopes that `createEnvelope` made there, by ours, however it ended: one call for as many as 40. Null for a
   * provider that keeps them with us.
   */
  readonly findEnvelopes: ((envelopeIds: readonly string[]) => Promise<ReadonlyMap<string, string>>) | null;
  /** @throws when the envelope is not completed (the caller retries). */
  fetchCompleted(providerEnvelopeId: string): Promise<CompletedEnvelope>;
  /** `headers` have lower-case names. Pure but for HMAC: no network, no clock other than `now`. */
  readWebhook(rawBody: Uint8Array, headers: Readonly<Record<string, string | undefined>>, now: Date): WebhookReading;
};
