import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import { factSubject, makeFact, type FactData, type FactType } from '#domain/events.ts';
import { fewOf } from '../few.ts';
import type { Queryable } from '../pool.ts';
import { traceparentNow } from '../spans.ts';
import { withoutWaiting } from '../without-waiting.ts';

export type FactInput = {
  [T in FactType]: { type: T; data: Omit<FactData[T], 'bookingId' | 'meetingTypeId'> };
}[FactType];
type About = { organizationId: string; hostId: string; bookingId: string; meetingTypeId: string };

/**
 * Writes facts with the state they tell of, as a part of that statement; they leave after commit (activities/publish-facts).
 * @param mails facts of mails that are asked for in the same statement, as `mails`: told of only where the mail is new
 */
export function insertOfFacts(about: About, at: Date, facts: readonly FactInput[], mails: readonly FactInput[] = []) {
  const traceparent = traceparentNow();
  const rows = [...facts, ...mails].map((input) => {
    const fact = makeFact({
      id: randomUUID(),
      type: input.type,
      time: at,
      organizationId: about.organizationId,
      hostId: about.hostId,
      traceparent,
      data: { bookingId: about.bookingId, meetingTypeId: about.meetingTypeId, ...input.data } as FactData[FactType],
    });
    return { id: fact.id, subject: factSubject(fact.type, about.organizationId, about.hostId), fact };
  });
  const whereNew = sql.fragment`where n <= ${facts.length} or exists (select from mails where mails.id = (row -> 'fact' -> 'data' ->> 'messageId')::uuid)`;
  return sql.fragment`
    insert into outbox (id, organization_id, booking_id, subject, fact)
    select (row ->> 'id')::uuid, ${about.organizationId}::uuid, ${about.bookingId}::uuid, row ->> 'subject', row -> 'fact'
    from jsonb_array_elements(${JSON.stringify(rows)}::jsonb) with ordinality as r (row, n)
    ${mails.length > 0 ? whereNew : sql.fragment``} order by n`;
}

const outboxRow = z.object({
  seq: z.number(),
  id: z.string(),
  subject: z.string(),
  fact: z.record(z.string(), z.unknown()),
});
export type OutboxRow = z.infer<typeof outboxRow>;

/** So many at once. */
export const unpublishedMax = 200;

export async function unpublishedOf(db: Queryable, bookingId: string): Promise<readonly OutboxRow[]> {
  return db.any(sql.type(outboxRow)`
    select seq, id, subject, fact from outbox where booking_id = ${bookingId} and published_at is null order by seq limit ${unpublishedMax}`);
}

/** Bookings with facts that should have left by now. */
export async function bookingsWithUnpublished(db: Queryable, olderThanMs: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ bookingId: z.string() }))`
    select booking_id as "bookingId" from outbox
    where published_at is null and created_at < now() - ${olderThanMs} * interval '1 millisecond'
    group by booking_id order by min(seq) limit 500`);
}

/** It waits for no disk: what is forgotten with the server leaves once more, under the same ids. For use outside of transactions. */
export async function markPublished(db: Queryable, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await db.query(sql.unsafe`
    with ${withoutWaiting}
    update outbox set published_at = now() from without_waiting where seq in ${fewOf(seqs, 'int8')}`);
}

export async function outboxAge(db: Queryable): Promise<{ count: number; oldestSeconds: number }> {
  return db.one(sql.type(z.object({ count: z.number(), oldestSeconds: z.number() }))`
    select count(*) as count, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as "oldestSeconds" from outbox where published_at is null`);
}

/** The ids of what is said to have left in these last days, oldest first. */
export async function publishedSince(db: Queryable, days: number): Promise<readonly string[]> {
  return db.anyFirst(sql.type(z.object({ id: z.string() }))`
    select id from outbox where published_at is not null and created_at > now() - ${days} * interval '1 day' order by seq`);
}

/**
 * These leave again, and with each whatever its booking said after it, so that a booking's facts keep their order.
 * @returns the bookings
 */
export async function markUnpublished(db: Queryable, ids: readonly string[]): Promise<readonly string[]> {
  const bookings = await db.anyFirst(sql.type(z.object({ bookingId: z.string() }))`
    with lacking as (select booking_id, min(seq) as seq from outbox where id = any(${sql.array([...ids], 'uuid')}) group by booking_id),
    again as (
      update outbox set published_at = null from lacking
      where outbox.booking_id = lacking.booking_id and outbox.seq >= lacking.seq returning outbox.booking_id)
    select distinct booking_id as "bookingId" from again`);
  return bookings;
}
