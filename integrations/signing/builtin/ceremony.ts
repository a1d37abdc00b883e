/**
 * The built-in provider's records. They live in the product's own database; this port is how the provider reaches them without
 * knowing the database. One ceremony per envelope; its id is the provider's envelope id.
 */
/** The image is PNG or JPEG, and was checked before it was stored (`mark.ts`). */
export type SignatureMark =
  { kind: 'drawn'; image: Uint8Array } | { kind: 'typed'; text: string } | { kind: 'uploaded'; image: Uint8Array };

/** One line of the certificate's audit trail. Times are the server's. */
export type CeremonyEvent = {
  at: Date;
  what: 'sent' | 'viewed' | 'consented' | 'code_sent' | 'code_verified' | 'signed' | 'declined' | 'voided';
  ip: string | null;
  userAgent: string | null;
};

export type CompletedCeremony = {
  envelopeId: string;
  /** The agreement as it was shown to the signer: bytes, and their SHA-256 as lower-case hex. */
  document: {
    documentId: string;
    title: string;
    pdf: Uint8Array;
    sha256: string;
    templateName: string;
    templateVersion: number;
  };
  signer: { name: string; email: string };
  mark: SignatureMark;
  /** The disclosure that was agreed to: its version and SHA-256. */
  consent: { at: Date; disclosureVersion: string; disclosureSha256: string };
  emailCodeVerifiedAt: Date | null;
  signedAt: Date;
  ip: string | null;
  userAgent: string | null;
  events: readonly CeremonyEvent[];
  organization: { id: string; name: string };
  host: { name: string };
  /** The guest's zone, for times in the certificate (beside UTC), and language. */
  timeZone: string;
  locale: string;
};

export type Ceremonies = {
  /** Opens the ceremony of an envelope; a repeat changes nothing. */
  open(input: { envelopeId: string; documentId: string; expiresAt: Date }): Promise<void>;
  /** Ends an unsigned ceremony; tells when it had been signed or declined before. */
  void(envelopeId: string, reason: string): Promise<'voided' | 'completed' | 'declined'>;
  status(envelopeId: string): Promise<'sent' | 'delivered' | 'completed' | 'declined' | 'voided'>;
  /** Null while nobody has signed. */
  completed(envelopeId: string): Promise<CompletedCeremony | null>;
};
