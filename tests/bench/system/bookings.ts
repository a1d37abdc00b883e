import { randomUUID } from 'node:crypto';
import { sql } from 'slonik';
import { z } from 'zod';
import type { BookingCreated } from '#contract/bookings.ts';
import { eventually, grace, type TestType } from '#tests/people.ts';
import type { BenchSystem } from './bench-system.ts';

/** Half hours, one after another, from the day after tomorrow on. */
export function halfHours(): () => string {
  let next = (Math.floor(Date.now() / 86_400_000) + 2) * 86_400_000;
  return () => new Date((next += 30 * 60_000)).toISOString();
}

export const holdBody = (type: TestType, startsAt: string) => ({ meetingTypeId: type.id, startsAt, guest: grace });

/** @throws when the slot is not got. */
export async function postHold(
  system: Pick<BenchSystem, 'baseUrl'>,
  type: TestType,
  startsAt: string,
): Promise<BookingCreated> {
  const response = await fetch(`${system.baseUrl}/api/v1/bookings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify(holdBody(type, startsAt)),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`A hold was answered with ${response.status}: ${text}`);
  return JSON.parse(text) as BookingCreated;
}

const waiting = z.object({ count: z.number() });

/** Waits until no booking needs a step and no mail waits: what follows one measurement must not weigh on the next. */
export async function untilQuiet({ shared }: Pick<BenchSystem, 'shared'>): Promise<void> {
  await eventually(
    () =>
      shared.database.oneFirst(sql.type(waiting)`
        select (select count(*) from booking where status = 'held' and nda_status in ('pending', 'created', 'signed', 'completed'))
          + (select count(*) from message where status = 'requested') as count`),
    (count) => count === 0,
    180_000,
  );
}

/** By one look at the database for all: guests' pages are told, they do not ask again and again. */
export async function untilConfirmed({ shared }: BenchSystem, bookingIds: readonly string[]): Promise<void> {
  await eventually(
    () =>
      shared.database.oneFirst(sql.type(waiting)`
        select count(*) from booking where id = any(${sql.array(bookingIds, 'uuid')}) and status <> 'confirmed'`),
    (count) => count === 0,
    180_000,
  );
}
