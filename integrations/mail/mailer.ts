/** A mail that is ready to leave: composed, addressed, with what it carries. */
export type OutgoingMail = {
  /** Ours: the same key is the same mail; drivers that can, refuse a second one under it. Becomes the Message-ID's local part. */
  messageKey: string;
  from: { name: string; address: string };
  replyTo?: { name: string; address: string };
  to: { name: string; address: string };
  subject: string;
  html: string;
  text: string;
  /** An iTIP message (RFC 5546). `method` must equal the METHOD inside `content`. */
  invite?: { method: 'REQUEST' | 'CANCEL' | 'PUBLISH'; content: string };
  attachments: readonly { filename: string; contentType: string; content: Uint8Array }[];
};

export type SendOutcome =
  | { outcome: 'sent'; providerMessageId: string }
  /** The address or the content is refused for good: no retry can help. */
  | { outcome: 'refused'; reason: string };

export type Mailer = {
  readonly name: 'mailbox' | 'smtp' | 'postmark';
  /** @throws on a passing failure (network, 4xx SMTP reply, 5xx HTTP): the caller retries. */
  send(mail: OutgoingMail): Promise<SendOutcome>;
  close(): Promise<void>;
};
