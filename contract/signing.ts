import { z } from 'zod';
import { Id, Instant, Line, Text } from './primitives.ts';

/** Everything the signing page shows. `kind` says whether the guest signs here or on the provider's page. */
export const SigningSession = z
  .object({
    kind: z.enum(['own_page', 'provider_page']),
    providerUrl: z.url().nullable(),
    envelopeId: Id,
    document: z.object({ id: Id, title: z.string(), html: z.string(), sha256: z.string(), language: z.string() }),
    signer: z.object({ name: z.string(), email: z.string() }),
    disclosure: z.object({ version: z.string(), sha256: z.string(), html: z.string() }),
    emailCode: z.object({ required: z.boolean(), verified: z.boolean(), sentAt: Instant.nullable() }),
    expiresAt: Instant.nullable(),
    serverTime: Instant,
  })
  .meta({ id: 'SigningSession' });
export type SigningSession = z.infer<typeof SigningSession>;

export const SignatureInput = z
  .object({
    consent: z.literal(true, 'Agree to sign electronically first.'),
    disclosureSha256: z.string().length(64),
    /** Hash of the document that was shown: a signature is for this text and no other. */
    documentSha256: z.string().length(64),
    mark: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('drawn'), imageBase64: z.base64().max(700_000) }),
      z.object({ kind: z.literal('uploaded'), imageBase64: z.base64().max(700_000) }),
      z.object({ kind: z.literal('typed'), text: Line(120) }),
    ]),
    code: z
      .string()
      .regex(/^\d{6}$/, 'The code has six digits.')
      .optional(),
  })
  .meta({ id: 'SignatureInput' });
export type SignatureInput = z.infer<typeof SignatureInput>;

export const SignatureAccepted = z.object({ signedAt: Instant, late: z.boolean() }).meta({ id: 'SignatureAccepted' });
export const DeclineInput = z.object({ reason: Text(1000).default('') }).meta({ id: 'DeclineInput' });
export const CodeSent = z.object({ sentTo: z.string(), expiresAt: Instant }).meta({ id: 'CodeSent' });
