import { z } from 'zod';
import { Id, Instant } from './primitives.ts';

/** What is known of a document by its id: enough to compare a file with, and no person's name. */
export const KnownDocument = z
  .object({
    documentId: Id,
    title: z.string(),
    organizationName: z.string(),
    templateVersion: z.int().nullable(),
    agreementSha256: z.string(),
    signedSha256: z.string().nullable(),
    signedAt: Instant.nullable(),
  })
  .meta({ id: 'KnownDocument' });

const Seal = z.object({
  intact: z.boolean(),
  reason: z.string().nullable(),
  coversWholeFile: z.boolean(),
  sealedBy: z.string().nullable(),
  certificateSha256: z.string().nullable(),
  trust: z.enum(['trusted', 'unknown', 'expired']),
  timestamp: z
    .object({
      at: Instant,
      authority: z.string(),
      trust: z.enum(['trusted', 'unknown', 'not_checked', 'unfit', 'own_clock']).meta({
        description:
          'Whose word it is. trusted: of an authority that the operator trusts; unknown: of none of those; not_checked: the operator named ' +
          'none; unfit: its certificate does not allow it to state this time; own_clock: of whoever sealed.',
      }),
      independent: z.boolean().meta({ description: 'True only when `trust` is trusted.' }),
    })
    .nullable(),
});

/** `trusted` here means: sealed with a key of an organization of this installation. */
export const Verification = z
  .object({
    verdict: z.enum(['intact', 'altered', 'unsigned', 'unreadable']),
    sha256: z.string(),
    seals: z.array(Seal),
    agreement: z
      .object({
        documentId: z.string(),
        sha256: z.string(),
        matches: z.boolean(),
        templateName: z.string(),
        templateVersion: z.int(),
        signerName: z.string(),
        signerEmail: z.string(),
        signedAt: Instant,
      })
      .nullable(),
    /** The document of this installation that the file is, byte for byte; null when it is not one. */
    known: KnownDocument.nullable(),
    sentences: z.array(z.string()),
  })
  .meta({ id: 'Verification' });
export type Verification = z.infer<typeof Verification>;
