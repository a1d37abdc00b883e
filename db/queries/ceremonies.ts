import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Queryable } from '../pool.ts';

const status = z.enum(['sent', 'delivered', 'completed', 'declined', 'voided']);
const ceremonyRow = z.object({
  envelopeId: z.string(),
  organizationId: z.string(),
  bookingId: z.string(),
  documentId: z.string(),
  status,
  consentedAt: z.date().nullable(),
  disclosureVersion: z.string().nullable(),
  disclosureSha256: z.string().nullable(),
  markKind: z.enum(['drawn', 'typed', 'uploaded']).nullable(),
  markCipher: bytes.nullable(),
  codeSha256: bytes.nullable(),
  codeSentAt: z.date().nullable(),
  codeExpiresAt: z.date().nullable(),
  codeAttempts: z.number(),
  codesSent: z.number(),
  codeWrongTries: z.number(),
  codeVerifiedAt: z.date().nullable(),
  signedAt: z.date().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** Name and address at the signature, as JSON; null before it, and for those of before this was kept. */
  signerCipher: bytes.nullable(),
});
export type CeremonyRow = z.infer<typeof ceremonyRow>;

const columns = sql.fragment`envelope_id as "envelopeId", organization_id as "organizationId", booking_id as "bookingId",
  document_id as "documentId", status, consented_at as "consentedAt", disclosure_version as "disclosureVersion",
  disclosure_sha256 as "disclosureSha256", mark_kind as "markKind", mark_cipher as "markCipher", code_sha256 as "codeSha256",
  code_sent_at as "codeSentAt", code_expires_at as "codeExpiresAt", code_attempts as "codeAttempts", codes_sent as "codesSent", code_wrong_tries as "codeWrongTries", code_verified_at as "codeVerifiedAt",
  signed_at as "signedAt", ip, user_agent as "userAgent", signer_cipher as "signerCipher"`;

export type CeremonyEventKind =
  'sent' | 'viewed' | 'consented' | 'code_sent' | 'code_verified' | 'signed' | 'declined' | 'voided';

export async function findCeremony(db: Queryable, envelopeId: string): Promise<CeremonyRow | null> {
  return db.maybeOne(sql.type(ceremonyRow)`select ${columns} from ceremony where envelope_id = ${envelopeId}`);
}

/** A repeat changes nothing. */
export async function openCeremony(tx: Queryable, input: { envelopeId: string; documentId: string }): Promise<void> {
  const opened = await tx.maybeOneFirst(sql.type(z.object({ envelopeId: z.string() }))`
    insert into ceremony (envelope_id, organization_id, booking_id, document_id, status)
    select ${input.envelopeId}, d.organization_id, d.booking_id, d.id, 'sent' from document d where d.id = ${input.documentId}
    on conflict do nothing returning envelope_id as "envelopeId"`);
  if (opened) await addCeremonyEvent(tx, input.envelopeId, 'sent', { ip: null, userAgent: null });
}

/** Ends an unsigned ceremony, and answers what it is then. */
export async function voidCeremony(tx: Queryable, envelopeId: string): Promise<'voided' | 'completed' | 'declined'> {
  const voided = await tx.maybeOneFirst(sql.type(z.object({ envelopeId: z.string() }))`
    update ceremony set status = 'voided' where envelope_id = ${envelopeId} and status in ('sent', 'delivered') returning envelope_id as "envelopeId"`);
  if (voided) await addCeremonyEvent(tx, envelopeId, 'voided', { ip: null, userAgent: null });
  const now = await tx.oneFirst(
    sql.type(z.object({ status }))`select status from ceremony where envelope_id = ${envelopeId}`,
  );
  return now === 'completed' || now === 'declined' ? now : 'voided';
}

export async function addCeremonyEvent(
  tx: Queryable,
  envelopeId: string,
  what: CeremonyEventKind,
  from: { ip: string | null; userAgent: string | null },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into ceremony_event (envelope_id, organization_id, at, what, ip, user_agent)
    select envelope_id, organization_id, clock_timestamp(), ${what}, ${from.ip}, ${from.userAgent} from ceremony where envelope_id = ${envelopeId}`);
}

/** The signer has the document before their eyes; noted the first time. */
export async function markViewed(
  tx: Queryable,
  envelopeId: string,
  from: { ip: string | null; userAgent: string | null },
): Promise<void> {
  const first = await tx.maybeOneFirst(sql.type(z.object({ envelopeId: z.string() }))`
    update ceremony set status = 'delivered' where envelope_id = ${envelopeId} and status = 'sent' returning envelope_id as "envelopeId"`);
  if (!first) return;
  await tx.query(sql.unsafe`update envelope set status = 'delivered' where id = ${envelopeId} and status = 'sent'`);
  await addCeremonyEvent(tx, envelopeId, 'viewed', from);
}

const readiness = z.object({ documentSha256: z.string(), isCodeVerified: z.boolean() });

/** What is signed in this ceremony, and whether its signer has shown a code that was mailed to them. */
export async function ceremonyReadiness(tx: Queryable, envelopeId: string): Promise<z.infer<typeof readiness> | null> {
  return tx.maybeOne(sql.type(readiness)`
    select d.sha256 as "documentSha256", c.code_verified_at is not null as "isCodeVerified"
    from ceremony c join document d on d.id = c.document_id where c.envelope_id = ${envelopeId}`);
}

export type CeremonyCompletion = {
  /** Whether the agreement asks for a code that was mailed. */
  isCodeRequired: boolean;
  disclosureVersion: string;
  disclosureSha256: string;
  documentSha256: string;
  mark: { kind: 'drawn' | 'typed' | 'uploaded'; cipher: Buffer };
  ip: string | null;
  userAgent: string | null;
};

export async function completeCeremony(
  tx: Queryable,
  envelopeId: string,
  completion: CeremonyCompletion & { signerCipher: Buffer },
  now: Date,
): Promise<void> {
  const at = now.toISOString();
  const { disclosureVersion, disclosureSha256, documentSha256, mark, ip, userAgent, signerCipher } = completion;
  await tx.query(sql.unsafe`
    with completed as (
      update ceremony set status = 'completed', consented_at = ${at}, signed_at = ${at}, disclosure_version = ${disclosureVersion},
        disclosure_sha256 = ${disclosureSha256}, document_sha256 = ${documentSha256}, mark_kind = ${mark.kind},
        mark_cipher = ${sql.binary(mark.cipher)}, ip = ${ip}, user_agent = ${userAgent}, signer_cipher = ${sql.binary(signerCipher)}
      where envelope_id = ${envelopeId} returning *)
    insert into ceremony_event (envelope_id, organization_id, at, what, ip, user_agent)
    select envelope_id, organization_id, clock_timestamp(), event.what, ip, user_agent
    from completed cross join (values (1, 'consented'), (2, 'signed')) as event (position, what) order by event.position`);
}

const eventRow = z.object({
  at: z.date(),
  what: z.enum(['sent', 'viewed', 'consented', 'code_sent', 'code_verified', 'signed', 'declined', 'voided']),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
});

export async function ceremonyEvents(db: Queryable, envelopeId: string): Promise<readonly z.infer<typeof eventRow>[]> {
  return db.any(
    sql.type(
      eventRow,
    )`select at, what, ip, user_agent as "userAgent" from ceremony_event where envelope_id = ${envelopeId} order by id`,
  );
}

/** The caller has the booking's lock, and has asked whether there may be another. */
export async function setCode(
  tx: Queryable,
  envelopeId: string,
  code: { codeSha256: Buffer; expiresAt: Date },
): Promise<void> {
  await tx.query(sql.unsafe`
    update ceremony set code_sha256 = ${sql.binary(code.codeSha256)}, code_sent_at = clock_timestamp(),
      code_expires_at = ${code.expiresAt.toISOString()}, code_attempts = 0, codes_sent = codes_sent + 1
    where envelope_id = ${envelopeId}`);
}

/** Counts the attempt first, so that guessing is bounded whatever happens next: so many tries a code. */
export async function checkCode(
  tx: Queryable,
  envelopeId: string,
  {
    codeSha256,
    triesEach,
    from,
  }: { codeSha256: Buffer; triesEach: number; from: { ip: string | null; userAgent: string | null } },
): Promise<boolean> {
  const fits = await tx.maybeOneFirst(sql.type(z.object({ fits: z.boolean() }))`
    update ceremony set code_attempts = code_attempts + 1,
      code_verified_at = case when code_sha256 = ${sql.binary(codeSha256)} then clock_timestamp() else code_verified_at end,
      code_wrong_tries = code_wrong_tries + case when code_sha256 = ${sql.binary(codeSha256)} then 0 else 1 end
    where envelope_id = ${envelopeId} and code_attempts < ${triesEach} and code_expires_at > clock_timestamp()
    returning code_sha256 = ${sql.binary(codeSha256)} as fits`);
  if (fits) await addCeremonyEvent(tx, envelopeId, 'code_verified', from);
  return fits === true;
}

/** @returns false when that was known. */
export async function markCodeLimit(tx: Queryable, envelopeId: string): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update ceremony set code_limit_at = clock_timestamp() where envelope_id = ${envelopeId} and code_limit_at is null`);
  return rowCount > 0;
}

/** The host answers for whoever asks for codes: from now on they are counted anew. @returns whether they had come to their limit. */
export async function allowCodesAnew(tx: Queryable, bookingId: string): Promise<boolean> {
  const limits = await tx.anyFirst(sql.type(z.object({ wasAtLimit: z.boolean() }))`
    with before as (select envelope_id, code_limit_at from ceremony where booking_id = ${bookingId} and status in ('sent', 'delivered') for update)
    update ceremony c set codes_sent = 0, code_wrong_tries = 0, code_limit_at = null from before where c.envelope_id = before.envelope_id
    returning before.code_limit_at is not null as "wasAtLimit"`);
  return limits.includes(true);
}

/** What was sent to another address proves nothing of this one: neither a code that is out nor one that fitted. Signed is signed. */
export async function forgetCodes(tx: Queryable, bookingId: string): Promise<void> {
  await tx.query(sql.unsafe`
    update ceremony set code_sha256 = null, code_sent_at = null, code_expires_at = null, code_verified_at = null
    where booking_id = ${bookingId} and status in ('sent', 'delivered')`);
  await allowCodesAnew(tx, bookingId);
}
