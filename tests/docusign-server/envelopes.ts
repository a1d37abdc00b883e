import { randomUUID } from 'node:crypto';

export type EnvelopeState = 'sent' | 'delivered' | 'completed' | 'declined' | 'voided';

export type Envelope = {
  envelopeId: string;
  transactionId: string | null;
  status: EnvelopeState;
  emailSubject: string;
  pdf: Uint8Array;
  documentName: string;
  signer: { email: string; name: string; clientUserId: string; recipientId: string };
  customFields: unknown;
  webhook: { url: string; events: readonly string[] } | null;
  sentDateTime: string;
  deliveredDateTime?: string;
  completedDateTime?: string;
  declinedDateTime?: string;
  voidedDateTime?: string;
  statusChangedDateTime: string;
  declinedReason?: string;
  voidedReason?: string;
};

export type View = {
  token: string;
  envelopeId: string;
  returnUrl: string;
  frameAncestors: string[];
  expiresAtMs: number;
};

/** A refusal in DocuSign's terms: HTTP status and error code. */
export class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}

type Json = Record<string, unknown>;

const viewMs = 5 * 60_000;

/** Seven fraction digits, as DocuSign writes times. */
const written = (at: Date): string => at.toISOString().replace('Z', '0000Z');

/** The envelopes of one account, and who may open their signing pages. */
export class Envelopes {
  readonly all = new Map<string, Envelope>();
  readonly #views = new Map<string, View>();
  readonly #happened: (envelope: Envelope, event: string) => void;

  constructor(happened: (envelope: Envelope, event: string) => void) {
    this.#happened = happened;
  }

  create(definition: Json): Envelope {
    const now = written(new Date());
    const envelope: Envelope = {
      ...readDefinition(definition),
      envelopeId: randomUUID(),
      status: 'sent',
      sentDateTime: now,
      statusChangedDateTime: now,
    };
    this.all.set(envelope.envelopeId, envelope);
    this.#happened(envelope, 'envelope-sent');
    return envelope;
  }

  get(envelopeId: string): Envelope {
    const envelope = this.all.get(envelopeId);
    if (!envelope) throw new Refusal(404, 'ENVELOPE_DOES_NOT_EXIST', 'The envelope specified does not exist.');
    return envelope;
  }

  /** Only the signer named in the envelope, by the same e-mail, name and client user id. */
  openView(envelopeId: string, request: Json): View {
    const { signer, status } = this.get(envelopeId);
    const { email, userName, clientUserId, returnUrl, frameAncestors } = request;
    if (email !== signer.email || userName !== signer.name || clientUserId !== signer.clientUserId) {
      throw new Refusal(
        400,
        'UNKNOWN_ENVELOPE_RECIPIENT',
        'The recipient you have identified is not a valid recipient.',
      );
    }
    if (status !== 'sent' && status !== 'delivered') {
      throw new Refusal(400, 'INVALID_REQUEST_PARAMETER', `The envelope is ${status}.`);
    }
    if (typeof returnUrl !== 'string') throw new Refusal(400, 'INVALID_REQUEST_PARAMETER', 'returnUrl is missing.');
    const origins = Array.isArray(frameAncestors) ? frameAncestors.map(String) : [];
    const view = {
      token: randomUUID(),
      envelopeId,
      returnUrl,
      frameAncestors: origins,
      expiresAtMs: Date.now() + viewMs,
    };
    this.#views.set(view.token, view);
    return view;
  }

  /** A view's address works once: opening it marks the envelope delivered, acting on it ends it. */
  view(token: string): { view: View; envelope: Envelope } {
    const view = this.#views.get(token);
    if (!view || view.expiresAtMs < Date.now())
      throw new Refusal(404, 'EXPIRED', 'This address has expired or was used.');
    return { view, envelope: this.get(view.envelopeId) };
  }

  endView(token: string): void {
    this.#views.delete(token);
  }

  deliver(envelopeId: string): void {
    if (this.get(envelopeId).status === 'sent') this.#change(envelopeId, 'delivered', 'deliveredDateTime');
  }

  complete(envelopeId: string): void {
    this.#requireOpen(envelopeId);
    this.deliver(envelopeId);
    this.#change(envelopeId, 'completed', 'completedDateTime');
  }

  decline(envelopeId: string, reason: string): void {
    this.#requireOpen(envelopeId);
    this.deliver(envelopeId);
    this.get(envelopeId).declinedReason = reason;
    this.#change(envelopeId, 'declined', 'declinedDateTime');
  }

  void(envelopeId: string, reason: string): void {
    if (!reason) throw new Refusal(400, 'INVALID_REQUEST_PARAMETER', 'A voided reason is required.');
    this.#requireOpen(envelopeId);
    this.get(envelopeId).voidedReason = reason;
    this.#change(envelopeId, 'voided', 'voidedDateTime');
  }

  #requireOpen(envelopeId: string): void {
    const { status } = this.get(envelopeId);
    if (status === 'sent' || status === 'delivered') return;
    throw new Refusal(400, 'ENVELOPE_CANNOT_VOID_INVALID_STATE', `The envelope is ${status}: it can no longer change.`);
  }

  #change(
    envelopeId: string,
    status: EnvelopeState,
    field: 'deliveredDateTime' | 'completedDateTime' | 'declinedDateTime' | 'voidedDateTime',
  ): void {
    const envelope = this.get(envelopeId);
    const now = written(new Date());
    envelope.status = status;
    envelope[field] = now;
    envelope.statusChangedDateTime = now;
    this.#happened(envelope, `envelope-${status}`);
  }
}

/** What the REST API and Connect tell about an envelope. */
export const envelopeJson = (envelope: Envelope): Json => {
  const { pdf, webhook, documentName, signer, transactionId, declinedReason, ...plain } = envelope;
  void pdf;
  void webhook;
  void transactionId;
  const status = envelope.status === 'voided' ? 'sent' : envelope.status;
  const recipient = { ...signer, status, ...(declinedReason === undefined ? {} : { declinedReason }) };
  return {
    ...plain,
    envelopeDocuments: [{ documentId: '1', name: documentName }],
    recipients: { signers: [recipient] },
  };
};

const readDefinition = (definition: Json) => {
  const bad = (what: string) =>
    new Refusal(400, 'INVALID_REQUEST_BODY', `The request body is missing or improperly formatted: ${what}.`);
  const [document] = listIn(definition, 'documents');
  const [signer] = listIn(objectIn(definition, 'recipients'), 'signers');
  const text = (object: Json | undefined, key: string): string => {
    const value = object?.[key];
    if (typeof value !== 'string' || value === '') throw bad(key);
    return value;
  };
  if (definition['status'] !== 'sent') throw bad('status');
  const pdf = Buffer.from(text(document, 'documentBase64'), 'base64');
  if (!pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw bad('documentBase64 is no PDF');
  const notification = objectIn(definition, 'eventNotification');
  return {
    transactionId: typeof definition['transactionId'] === 'string' ? definition['transactionId'] : null,
    emailSubject: text(definition, 'emailSubject'),
    pdf,
    documentName: text(document, 'name'),
    signer: {
      email: text(signer, 'email'),
      name: text(signer, 'name'),
      clientUserId: text(signer, 'clientUserId'),
      recipientId: text(signer, 'recipientId'),
    },
    customFields: definition['customFields'] ?? {},
    webhook: notification
      ? { url: text(notification, 'url'), events: (notification['events'] ?? []) as string[] }
      : null,
  };
};

const objectIn = (object: Json | undefined, key: string): Json | undefined => object?.[key] as Json | undefined;

const listIn = (object: Json | undefined, key: string): Json[] => {
  const value = object?.[key];
  return Array.isArray(value) ? (value as Json[]) : [];
};
