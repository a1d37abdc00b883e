import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import { scheduleAsJson, scheduleJson, type ScheduleJson } from './availability.ts';

const scheduleRow = z.object({
  id: z.string(),
  hostId: z.string(),
  name: z.string(),
  isDefault: z.boolean(),
  rules: scheduleJson,
});
export type ScheduleRow = z.infer<typeof scheduleRow>;
const columns = sql.fragment`schedule.id, schedule.host_id as "hostId", schedule.name, schedule.is_default as "isDefault", ${scheduleAsJson} as rules`;

export async function schedulesOf(db: Queryable, hostId: string): Promise<readonly ScheduleRow[]> {
  return db.any(
    sql.type(scheduleRow)`select ${columns} from schedule where host_id = ${hostId} order by is_default desc, name`,
  );
}

/** One of an organization's, whosever it is. */
export async function findSchedule(db: Queryable, id: string): Promise<ScheduleRow | null> {
  return db.maybeOne(sql.type(scheduleRow)`select ${columns} from schedule where id = ${id}`);
}

/** Whether there is such a schedule of this host, which stays until the caller's transaction ends: its deletion waits, and sees what was made meanwhile. */
export async function keepSchedule(tx: Queryable, hostId: string, id: string): Promise<boolean> {
  const kept = await tx.maybeOneFirst(sql.type(z.object({ id: z.string() }))`
    select id from schedule where id = ${id} and host_id = ${hostId} for key share`);
  return kept !== null;
}

type Input = { name: string; isDefault: boolean; rules: ScheduleInputRules };
export type ScheduleInputRules = Omit<ScheduleJson, 'blackouts'> & {
  blackouts: { from: string; to: string; note?: string | null | undefined }[];
};

export async function insertSchedule(
  tx: Queryable,
  owner: { organizationId: string; hostId: string },
  input: Input,
): Promise<string> {
  if (input.isDefault)
    await tx.query(sql.unsafe`update schedule set is_default = false where host_id = ${owner.hostId}`);
  const id = await tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into schedule (organization_id, host_id, name, time_zone, is_default)
    values (${owner.organizationId}, ${owner.hostId}, ${input.name}, ${input.rules.timeZone},
      ${input.isDefault} or not exists (select from schedule where host_id = ${owner.hostId}))
    returning id`);
  await insertRules(tx, id, input.rules);
  return id;
}

/** Replaces a schedule whole. The default one stays default until another becomes it. */
export async function replaceSchedule(tx: Queryable, hostId: string, id: string, input: Input): Promise<void> {
  if (input.isDefault)
    await tx.query(sql.unsafe`update schedule set is_default = false where host_id = ${hostId} and id <> ${id}`);
  await tx.query(sql.unsafe`
    update schedule set name = ${input.name}, time_zone = ${input.rules.timeZone}, is_default = is_default or ${input.isDefault}, updated_at = now()
    where id = ${id} and host_id = ${hostId}`);
  await tx.query(sql.unsafe`delete from schedule_window where schedule_id = ${id}`);
  await tx.query(sql.unsafe`delete from schedule_override where schedule_id = ${id}`);
  await insertRules(tx, id, input.rules);
}

/** Meeting types that name it use the default one from then on. The default itself stays: there is always one. @returns whether it is gone. */
export async function deleteSchedule(tx: Queryable, hostId: string, id: string): Promise<boolean> {
  // A meeting type that is about to name it (`keepSchedule`) waits here, and then finds it gone.
  const isDefault = await tx.maybeOneFirst(sql.type(z.object({ isDefault: z.boolean() }))`
    select is_default as "isDefault" from schedule where id = ${id} and host_id = ${hostId} for update`);
  if (isDefault !== false) return false;
  await tx.query(
    sql.unsafe`update meeting_type set schedule_id = null where schedule_id = ${id} and host_id = ${hostId}`,
  );
  await tx.query(sql.unsafe`delete from schedule where id = ${id} and host_id = ${hostId}`);
  return true;
}

async function insertRules(tx: Queryable, scheduleId: string, rules: ScheduleInputRules): Promise<void> {
  const windows = Object.entries(rules.weekly).flatMap(([weekday, list]) =>
    list.map(([starts, ends]) => ({ weekday, starts, ends })),
  );
  // Overlapping windows are one window: of those that begin together, the longest.
  await tx.query(sql.unsafe`
    insert into schedule_window (schedule_id, weekday, starts, ends)
    select ${scheduleId}, w.weekday, w.starts, max(w.ends)
    from jsonb_to_recordset(${JSON.stringify(windows)}::jsonb) as w (weekday text, starts text, ends text)
    group by w.weekday, w.starts`);
  const overrides = [
    ...rules.overrides.map(({ date, windows: hours }) => ({
      kind: 'hours',
      from_date: date,
      to_date: date,
      windows: hours,
    })),
    ...rules.blackouts.map(({ from, to, note }) => ({
      kind: 'blackout',
      from_date: from,
      to_date: to,
      note: note ?? null,
    })),
    ...rules.travel.map(({ from, to, timeZone }) => ({
      kind: 'travel',
      from_date: from,
      to_date: to,
      time_zone: timeZone,
    })),
  ];
  await tx.query(sql.unsafe`
    insert into schedule_override (schedule_id, kind, from_date, to_date, windows, time_zone, note)
    select ${scheduleId}, o.kind, o.from_date, o.to_date, coalesce(o.windows, '[]'), o.time_zone, o.note
    from jsonb_to_recordset(${JSON.stringify(overrides)}::jsonb)
      as o (kind text, from_date date, to_date date, windows jsonb, time_zone text, note text)`);
}
