import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import { templateVersion } from './booking-context.ts';

const hostRow = z.object({
  id: z.string(),
  organizationId: z.string(),
  slug: z.string(),
  displayName: z.string(),
  organizationName: z.string(),
  timeZone: z.string(),
});
export type PublicHostRow = z.infer<typeof hostRow>;

export async function findPublicHost(db: Queryable, slug: string): Promise<PublicHostRow | null> {
  return db.maybeOne(sql.type(hostRow)`
    select h.id, h.organization_id as "organizationId", h.slug, h.display_name as "displayName", o.name as "organizationName", h.time_zone as "timeZone"
    from host h join organization o on o.id = h.organization_id where h.slug = ${slug} and h.left_at is null`);
}

const typeRow = z.object({
  id: z.string(),
  hostId: z.string(),
  organizationId: z.string(),
  slug: z.string(),
  title: z.string(),
  description: z.string(),
  location: z.string(),
  durationsMinutes: z.array(z.number()),
  bufferBeforeMinutes: z.number(),
  bufferAfterMinutes: z.number(),
  holdMinutes: z.number(),
  remindersMinutes: z.array(z.number()),
  rescheduleCutoffMinutes: z.number(),
  rescheduleLimit: z.number(),
  template: templateVersion.nullable(),
});
/** A meeting type that guests can book now, with the version of the NDA that they would sign. */
export type PublicTypeRow = z.infer<typeof typeRow>;

const columns = sql.fragment`t.id, t.host_id as "hostId", t.organization_id as "organizationId", t.slug, t.title, t.description, t.location,
  t.durations_minutes as "durationsMinutes", t.buffer_before_minutes as "bufferBeforeMinutes", t.buffer_after_minutes as "bufferAfterMinutes",
  t.hold_minutes as "holdMinutes", t.reminders_minutes as "remindersMinutes", t.reschedule_cutoff_minutes as "rescheduleCutoffMinutes",
  t.reschedule_limit as "rescheduleLimit",
  (select jsonb_build_object('id', v.id, 'version', v.version, 'name', n.name, 'title', v.title, 'language', v.language, 'source', v.source,
      'sourceSha256', v.source_sha256, 'ownVariables', v.own_variables, 'emailCodeRequired', v.email_code_required,
        'renewOnReschedule', v.renew_on_reschedule)
    from nda_template_version v join nda_template n on n.id = v.template_id
    where v.template_id = t.nda_template_id order by v.version desc limit 1) as template`;
/** Nobody books those who have left. */
const bookable = sql.fragment`t.is_active and t.archived_at is null
  and exists (select from host h where h.id = t.host_id and h.left_at is null)`;

export async function publicTypesOf(db: Queryable, hostId: string): Promise<readonly PublicTypeRow[]> {
  return db.any(
    sql.type(
      typeRow,
    )`select ${columns} from meeting_type t where ${bookable} and t.is_public and t.host_id = ${hostId} order by t.created_at`,
  );
}

/** By its link: one that is not listed can still be booked by who knows it. */
export async function findPublicType(db: Queryable, hostId: string, slug: string): Promise<PublicTypeRow | null> {
  return db.maybeOne(
    sql.type(
      typeRow,
    )`select ${columns} from meeting_type t where ${bookable} and t.host_id = ${hostId} and t.slug = ${slug}`,
  );
}

const bookableRow = typeRow.extend({ host: hostRow.pick({ slug: true, displayName: true, organizationName: true }) });
export type BookableTypeRow = z.infer<typeof bookableRow>;

/** Each of these meeting types with whose it is, or null where guests cannot book it now; in the order of the ids. */
export async function findBookableTypes(db: Queryable, ids: readonly string[]): Promise<(BookableTypeRow | null)[]> {
  const rows = await db.any(sql.type(bookableRow)`
    select ${columns}, jsonb_build_object('slug', h.slug, 'displayName', h.display_name, 'organizationName', o.name) as host
    from meeting_type t join host h on h.id = t.host_id join organization o on o.id = h.organization_id
    where ${bookable} and t.id = any(${sql.array([...new Set(ids)], 'uuid')})`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
