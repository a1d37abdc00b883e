import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '#db/bytes.ts';
import { personalColumns } from '../personal-columns.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Database, Transaction } from '../pool.ts';
import { insertGuestLinks } from '../queries/guest-access.ts';

/** What still hangs on an older master key; zero everywhere: the older keys can be taken out of MASTER_KEY. */
export type KeyBacklog = { columns: number; searches: number; links: number; documents: number };

type WrappedKey = { wrappedKey: string; keyId: string };
export type Rotation = {
  database: Database;
  cipher: PersonalCipher;
  /** A document's key under the newest master key (`DocumentVault.rewrap`). */
  rewrap(wrapped: WrappedKey): WrappedKey;
  /** Rows of one transaction. */
  batch?: number;
};

const defaultBatch = 200;
type Column = (typeof personalColumns)[number];
const name = (text: string) => sql.identifier([text]);

/** A value that another key than the newest sealed. An empty one was erased. */
const isStale = ({ column }: Column, { prefix }: PersonalCipher) => sql.fragment`
  length(${name(column)}) > 0 and substring(${name(column)} from 1 for ${prefix.length}) <> ${sql.binary(prefix)}`;
const hasOldSearch = ({ keyId }: PersonalCipher) => sql.fragment`
  guest_name_cipher is not null and search_key_id is distinct from ${keyId}`;
const lacksLink = ({ keyId }: PersonalCipher) => sql.fragment`
  b.erased_at is null and not exists (select from guest_link l where l.booking_id = b.id and l.key_id = ${keyId})`;
const hasOldKey = ({ keyId }: PersonalCipher) => sql.fragment`removed_at is null and key_id <> ${keyId}`;

/**
 * Brings everything under the newest master key: encrypted columns, what guests are found by, their links, and the keys of documents (whose
 * bytes are not touched). Batch by batch, one transaction each, while the product runs; whoever is stopped half-way starts it again and goes
 * on with what is left.
 * @returns how many values were rewritten.
 */
export async function rotateToNewestKey(rotation: Rotation): Promise<KeyBacklog> {
  const done: KeyBacklog = { columns: 0, searches: 0, links: 0, documents: 0 };
  for (const column of personalColumns)
    done.columns += await untilNone(rotation, (tx) => resealBatch(tx, rotation, column));
  done.searches = await untilNone(rotation, (tx) => searchBatch(tx, rotation));
  done.links = await addLinks(rotation);
  done.documents = await untilNone(rotation, (tx) => rewrapBatch(tx, rotation));
  return done;
}

async function untilNone({ database }: Rotation, work: (tx: Transaction) => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await database.transaction(work);
    if (count === 0) return total;
    total += count;
  }
}

const sealedRow = z.object({ place: z.string(), value: bytes });

/** Rows are locked from the reading on, so that their place in the table stays the same and nobody's change is lost. */
async function resealBatch(
  tx: Transaction,
  { cipher, batch = defaultBatch }: Rotation,
  column: Column,
): Promise<number> {
  const rows = await tx.any(sql.type(sealedRow)`
    select ctid::text as place, ${name(column.column)} as value from ${name(column.table)}
    where ${isStale(column, cipher)} limit ${batch} for update`);
  for (const { place, value } of rows) {
    const sealed = cipher.sealBytes(cipher.openBytes(value, column.context), column.context);
    await tx.query(sql.unsafe`
      update ${name(column.table)} set ${name(column.column)} = ${sql.binary(sealed)} where ctid = ${place}::tid`);
  }
  return rows.length;
}

const searchRow = z.object({ id: z.string(), organizationId: z.string(), name: bytes, email: bytes });

async function searchBatch(tx: Transaction, { cipher, batch = defaultBatch }: Rotation): Promise<number> {
  const rows = await tx.any(sql.type(searchRow)`
    select id, organization_id as "organizationId", guest_name_cipher as name, guest_email_cipher as email from booking
    where ${hasOldSearch(cipher)} limit ${batch} for update`);
  for (const row of rows) {
    const texts = [cipher.open(row.name, 'booking.guest_name'), cipher.open(row.email, 'booking.guest_email')];
    await tx.query(sql.unsafe`
      update booking set guest_search = ${sql.array(cipher.searchTokens(row.organizationId, texts), 'text')}, search_key_id = ${cipher.keyId}
      where id = ${row.id}`);
  }
  return rows.length;
}

const linkRow = z.object({ id: z.string(), organizationId: z.string() });
const firstId = '00000000-0000-0000-0000-000000000000';

/** Links that were sent stay what they are; each booking gets the one that it will have once the older keys are gone. */
async function addLinks({ database, cipher, batch = defaultBatch }: Rotation): Promise<number> {
  if (!hasOlderKeys(cipher)) return 0;
  for (let added = 0, last = firstId; ;) {
    const rows = await database.any(sql.type(linkRow)`
      select b.id, b.organization_id as "organizationId" from booking b
      where ${lacksLink(cipher)} and b.id > ${last} order by b.id limit ${batch}`);
    if (rows.length === 0) return added;
    for (const row of rows) await insertGuestLinks(database, cipher, row);
    added += rows.length;
    last = rows.at(-1)?.id ?? last;
  }
}

const hasOlderKeys = (cipher: PersonalCipher): boolean => cipher.furtherGuestTokens(firstId).length > 0;

const wrappedRow = z.object({ id: z.string(), wrappedKey: z.string(), keyId: z.string() });

async function rewrapBatch(tx: Transaction, { cipher, rewrap, batch = defaultBatch }: Rotation): Promise<number> {
  const rows = await tx.any(sql.type(wrappedRow)`
    select id, wrapped_key as "wrappedKey", key_id as "keyId" from document where ${hasOldKey(cipher)} limit ${batch} for update`);
  for (const row of rows) {
    const { wrappedKey, keyId } = rewrap(row);
    await tx.query(sql.unsafe`update document set wrapped_key = ${wrappedKey}, key_id = ${keyId} where id = ${row.id}`);
  }
  return rows.length;
}

/** How much is left to do. */
export async function keyBacklog({ database, cipher }: Pick<Rotation, 'database' | 'cipher'>): Promise<KeyBacklog> {
  const count = (from: ReturnType<typeof sql.fragment>) =>
    database.oneFirst(sql.type(z.object({ count: z.number() }))`select count(*) as count from ${from}`);
  let columns = 0;
  for (const column of personalColumns)
    columns += await count(sql.fragment`${name(column.table)} where ${isStale(column, cipher)}`);
  return {
    columns,
    searches: await count(sql.fragment`booking where ${hasOldSearch(cipher)}`),
    links: hasOlderKeys(cipher) ? await count(sql.fragment`booking b where ${lacksLink(cipher)}`) : 0,
    documents: await count(sql.fragment`document where ${hasOldKey(cipher)}`),
  };
}
