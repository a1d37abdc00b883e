import { sql } from 'slonik';
import { z } from 'zod';
import { bytes } from '../bytes.ts';
import { personalColumns } from '../personal-columns.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import { waitsForNobody } from './left-behind.ts';

/** Questions that only a person's look at the whole asks: nothing here belongs into a request. */
const id = z.object({ id: z.string() });

const sealedRow = z.object({ keyId: z.string(), count: z.number(), sample: bytes });
const name = (text: string) => sql.identifier([text]);

/**
 * What these master keys do not open: by the name of the key that encrypted it, how many values. Reads every row, and opens one of each
 * column and key, as a key of the same name may still be another key.
 */
export async function valuesWithoutKey(
  db: Queryable,
  cipher: PersonalCipher,
): Promise<readonly { keyId: string; count: number }[]> {
  const closed = new Map<string, number>();
  for (const { table, column, context } of personalColumns) {
    // PersonalCipher's layout: a version, the length of the key's name, the name. An empty value was erased.
    const sealedBy = sql.fragment`substring(${name(column)} from 3 for get_byte(${name(column)}, 1))`;
    const rows = await db.any(sql.type(sealedRow)`
      select encode(keys.sealed_by, 'escape') as "keyId", keys.count,
        (select ${name(column)} from ${name(table)} where length(${name(column)}) > 2 and ${sealedBy} = keys.sealed_by limit 1) as sample
      from (
        select ${sealedBy} as sealed_by, count(*) as count from ${name(table)} where length(${name(column)}) > 2 group by 1
      ) keys`);
    for (const { keyId, count, sample } of rows)
      if (!opens(cipher, sample, context)) closed.set(keyId, (closed.get(keyId) ?? 0) + count);
  }
  return [...closed].map(([keyId, count]) => ({ keyId, count }));
}

function opens(cipher: PersonalCipher, sealed: Uint8Array, context: string): boolean {
  try {
    cipher.openBytes(sealed, context);
    return true;
  } catch {
    return false;
  }
}

/** Claims that keep others out for a booking that is over, or that does not move there any more. */
export async function strayClaims(db: Queryable): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select c.booking_id as id from claim c join booking b on b.id = c.booking_id
    where c.is_live and (b.status not in ('held', 'confirmed') or (c.is_move and b.move_starts_at is null)) order by c.created_at`);
}

/** Bookings that were promised a time that no claim keeps for them. */
export async function unclaimedBookings(db: Queryable): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select b.id from booking b where b.status in ('held', 'confirmed') and b.ends_at > now()
      and not exists (select from claim c where c.booking_id = b.id and c.is_live and not c.is_move) order by b.starts_at`);
}

/** Envelopes that could still be signed, of bookings that are over. */
export async function envelopesLeftBehind(db: Queryable): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select distinct b.id from envelope e join booking b on b.id = e.booking_id
    where e.status in ('sent', 'delivered') and b.status not in ('requested', 'held', 'confirmed', 'displaced')
      and b.ended_at < now() - interval '1 minute'`);
}

const stuckRow = z.object({ id: z.string(), step: z.string(), reason: z.string(), since: z.date().nullable() });

export async function stuckBookings(db: Queryable): Promise<readonly z.infer<typeof stuckRow>[]> {
  return db.any(sql.type(stuckRow)`
    select id, attention ->> 'step' as step, attention ->> 'reason' as reason, attention_since as since
    from booking where attention is not null order by attention_since`);
}

export async function openDeadLetters(
  db: Queryable,
): Promise<readonly { source: string; count: number; reason: string }[]> {
  return db.any(sql.type(z.object({ source: z.string(), count: z.number(), reason: z.string() }))`
    select source, count(*) as count, max(reason) as reason from dead_letter where replayed_at is null group by source order by source`);
}

/** Of these ids, those that no booking has. */
export async function unknownBookings(db: Queryable, ids: readonly string[]): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select id::text as id from unnest(${sql.array([...ids], 'uuid')}) as asked (id)
    where not exists (select from booking b where b.id = asked.id)`);
}

/** Of these ids, those whose booking has been over so long, and waits for nobody. */
export async function bookingsOver(
  db: Queryable,
  ids: readonly string[],
  sinceSeconds: number,
): Promise<readonly string[]> {
  return db.anyFirst(sql.type(id)`
    select id from booking
    where id = any(${sql.array([...ids], 'uuid')}) and ${waitsForNobody} and ended_at < now() - ${sinceSeconds} * interval '1 second' order by ended_at`);
}

const documentRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  storageKey: z.string(),
  wrappedKey: z.string(),
  keyId: z.string(),
  sha256: z.string(),
});

/** Documents that should be readable, the newest first. */
export async function storedDocuments(
  db: Queryable,
  after: string | null,
  limit: number,
): Promise<readonly z.infer<typeof documentRow>[]> {
  const older = after === null ? sql.fragment`` : sql.fragment`and id < ${after}`;
  return db.any(sql.type(documentRow)`
    select id, organization_id as "organizationId", storage_key as "storageKey", wrapped_key as "wrappedKey", key_id as "keyId", sha256
    from document where storage_key <> '' ${older} order by id desc limit ${limit}`);
}

export type RoleFacts = { name: string; isSuperuser: boolean; bypassesSecurity: boolean; ownsTables: boolean };

/** What row-level security thinks of the role that this connection is. */
export async function ownRole(db: Queryable): Promise<RoleFacts> {
  return db.one(sql.type(
    z.object({ name: z.string(), isSuperuser: z.boolean(), bypassesSecurity: z.boolean(), ownsTables: z.boolean() }),
  )`
    select rolname as name, rolsuper as "isSuperuser", rolbypassrls as "bypassesSecurity",
      exists (select from pg_tables where schemaname = 'public' and tableowner = rolname) as "ownsTables"
    from pg_roles where rolname = current_user`);
}

export async function appliedMigrations(db: Queryable): Promise<readonly string[]> {
  return db.anyFirst(
    sql.type(z.object({ version: z.string() }))`select version::text as version from schema_migrations order by 1`,
  );
}

export async function organizationIds(db: Queryable): Promise<readonly { id: string; name: string }[]> {
  return db.any(
    sql.type(z.object({ id: z.string(), name: z.string() }))`select id, name from organization order by id`,
  );
}
