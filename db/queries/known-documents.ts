import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const knownRow = z.object({
  documentId: z.string(),
  title: z.string(),
  organizationName: z.string(),
  templateVersion: z.number().nullable(),
  agreementSha256: z.string(),
  signedSha256: z.string().nullable(),
  signedAt: z.date().nullable(),
});
export type KnownRow = z.infer<typeof knownRow>;

const known = sql.fragment`
  select a.id as "documentId", a.title, o.name as "organizationName", v.version as "templateVersion", a.sha256 as "agreementSha256",
    s.sha256 as "signedSha256", e.signed_at as "signedAt"
  from document a
    join organization o on o.id = a.organization_id
    left join nda_template_version v on v.id = a.template_version_id
    left join document s on s.booking_id = a.booking_id and s.kind = 'signed' and s.round = a.round
    left join envelope e on e.document_id = a.id
  where a.kind = 'agreement'`;

/** What is on record of an agreement, by the id that its pages and its certificate show. */
export async function findKnownDocument(db: Queryable, documentId: string): Promise<KnownRow | null> {
  return db.maybeOne(sql.type(knownRow)`${known} and a.id = ${documentId}`);
}

/** The agreement whose bytes, as sent or as signed, have this SHA-256. */
export async function findKnownByHash(db: Queryable, sha256: string): Promise<KnownRow | null> {
  return db.maybeOne(sql.type(knownRow)`
    ${known} and (a.booking_id, a.round) = (select d.booking_id, d.round from document d where d.sha256 = ${sha256} limit 1)`);
}

/** Root certificates (PEM) of every organization here: what is sealed under one of them is known. */
export async function signingRoots(db: Queryable): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ chainPem: z.string() }))`select chain_pem as "chainPem" from signing_key`);
}
