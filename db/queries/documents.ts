import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import type { Queryable } from '../pool.ts';

const documentRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  bookingId: z.string(),
  kind: z.enum(['agreement', 'signed', 'certificate']),
  title: z.string(),
  sha256: z.string(),
  byteLength: z.number(),
  mediaType: z.string(),
  storageKey: z.string(),
  wrappedKey: z.string(),
  keyId: z.string(),
  templateVersionId: z.string().nullable(),
  valuesCipher: bytes.nullable(),
  htmlCipher: bytes.nullable(),
  /** Which of the booking's NDAs it belongs to: 0 is the first, each renewal counts one more. */
  round: z.number(),
  createdAt: z.date(),
  /** Its bytes and keys are gone. */
  removedAt: z.date().nullable(),
});
export type DocumentRow = z.infer<typeof documentRow>;
export type DocumentKind = DocumentRow['kind'];

const columns = sql.fragment`id, organization_id as "organizationId", booking_id as "bookingId", kind, title, sha256, byte_length as "byteLength",
  media_type as "mediaType", storage_key as "storageKey", wrapped_key as "wrappedKey", key_id as "keyId",
  template_version_id as "templateVersionId", values_cipher as "valuesCipher", html_cipher as "htmlCipher", round, created_at as "createdAt",
  removed_at as "removedAt"`;

export async function findDocument(db: Queryable, id: string): Promise<DocumentRow | null> {
  return db.maybeOne(sql.type(documentRow)`select ${columns} from document where id = ${id}`);
}

/** The newest of a kind: of the booking's first NDA, or of its latest renewal. */
export async function documentOf(db: Queryable, bookingId: string, kind: DocumentKind): Promise<DocumentRow | null> {
  return db.maybeOne(sql.type(documentRow)`
    select ${columns} from document where booking_id = ${bookingId} and kind = ${kind} order by round desc limit 1`);
}

export async function documentsOf(db: Queryable, bookingId: string): Promise<readonly DocumentRow[]> {
  return db.any(
    sql.type(documentRow)`select ${columns} from document where booking_id = ${bookingId} order by created_at`,
  );
}

/** One document of a kind per booking and round: a repeat keeps the first, and answers its id. */
export async function insertDocument(
  tx: Queryable,
  document: Omit<DocumentRow, 'createdAt' | 'removedAt'>,
): Promise<{ id: string; isNew: boolean }> {
  const optional = (value: Uint8Array | null) => (value ? sql.binary(Buffer.from(value)) : null);
  const id = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    insert into document (id, organization_id, booking_id, kind, title, sha256, byte_length, media_type, storage_key, wrapped_key, key_id,
      template_version_id, values_cipher, html_cipher, round)
    values (${document.id}, ${document.organizationId}, ${document.bookingId}, ${document.kind}, ${document.title}, ${document.sha256},
      ${document.byteLength}, ${document.mediaType}, ${document.storageKey}, ${document.wrappedKey}, ${document.keyId},
      ${document.templateVersionId}, ${optional(document.valuesCipher)}, ${optional(document.htmlCipher)}, ${document.round})
    on conflict (booking_id, kind, round) do nothing returning id`);
  if (id) return { id, isNew: true };
  const kept = await documentOf(tx, document.bookingId, document.kind);
  if (kept?.round !== document.round)
    throw new Error(`The ${document.kind} of booking ${document.bookingId} is neither new nor there.`);
  return { id: kept.id, isNew: false };
}
