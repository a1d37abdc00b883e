import { sql } from 'slonik';
import { z } from 'zod';
import type { OwnVariable } from '#domain/nda/variables.ts';
import type { PersonalCipher } from '../personal.ts';
import type { Queryable } from '../pool.ts';
import {
  bookingColumns,
  bookingRow,
  openGuest,
  personColumns,
  personRow,
  type BookingRow,
  type Guest,
} from './bookings.ts';
import { waitingMail, waitingMailsColumn } from './messages.ts';

const ownVariable = z.object({
  name: z.string(),
  label: z.string(),
  filledBy: z.enum(['guest', 'host']),
  required: z.boolean(),
  value: z.string(),
}) satisfies z.ZodType<OwnVariable>;

export const templateVersion = z.object({
  id: z.string(),
  version: z.number(),
  name: z.string(),
  title: z.string(),
  language: z.enum(['en', 'de']),
  source: z.string(),
  sourceSha256: z.string(),
  ownVariables: z.array(ownVariable),
  emailCodeRequired: z.boolean(),
  /** A meeting that moves asks for a new signature, with the new time in the text. */
  renewOnReschedule: z.boolean(),
});
export type TemplateVersion = z.infer<typeof templateVersion>;

const contextRow = z.object({
  host: z.object({
    id: z.string(),
    accountId: z.string(),
    slug: z.string(),
    displayName: z.string(),
    timeZone: z.string(),
    email: z.string(),
    locale: z.enum(['en', 'de']),
  }),
  organization: z.object({ id: z.string(), name: z.string() }),
  meetingType: z.object({ id: z.string(), slug: z.string(), title: z.string(), location: z.string() }),
  template: templateVersion.nullable(),
});

const wholeRow = bookingRow.extend(personRow.shape).extend(contextRow.shape);
/** `now` is the database's clock at the reading. */
const mailingRow = wholeRow.extend({ waiting: z.array(waitingMail), now: z.date() });

/** A booking with the people and things around it: what documents and mails are written from. */
export type BookingContext = { booking: BookingRow; guest: Guest } & z.infer<typeof contextRow>;

/** @throws when there is no such booking. */
export async function readBookingContext(
  db: Queryable,
  cipher: PersonalCipher,
  bookingId: string,
): Promise<BookingContext> {
  const row = await db.maybeOne(
    sql.type(wholeRow)`select ${contextColumns} ${contextSource} where b.id = ${bookingId}`,
  );
  if (!row) throw new Error(`There is no booking ${bookingId}.`);
  return contextOf(cipher, row);
}

export type MailingContext = BookingContext & Pick<z.infer<typeof mailingRow>, 'waiting' | 'now'>;

/** The same with the mails about it that were asked for and have not left, all of one moment. */
export async function readMailingContext(
  db: Queryable,
  cipher: PersonalCipher,
  bookingId: string,
): Promise<MailingContext> {
  const { waiting, now, ...row } = await db.one(sql.type(mailingRow)`
    select ${contextColumns}, clock_timestamp() as now, ${waitingMailsColumn} as waiting ${contextSource} where b.id = ${bookingId}`);
  return { ...contextOf(cipher, row), waiting, now };
}

function contextOf(cipher: PersonalCipher, row: z.infer<typeof wholeRow>): BookingContext {
  const { host, organization, meetingType, template, name, email, note, answers, timeZone, locale, ...booking } = row;
  const guest = openGuest(cipher, { name, email, note, answers, timeZone, locale });
  return { booking, guest, host, organization, meetingType, template };
}

const contextColumns = sql.fragment`${bookingColumns}, ${personColumns},
      jsonb_build_object('id', h.id, 'accountId', h.account_id, 'slug', h.slug, 'displayName', h.display_name, 'timeZone', h.time_zone,
        'email', case when h.left_at is null then a.email else coalesce(o.contact_email, owner.email) end, 'locale', a.locale) as host,
      jsonb_build_object('id', o.id, 'name', o.name) as organization,
      jsonb_build_object('id', t.id, 'slug', t.slug, 'title', t.title, 'location', t.location) as "meetingType",
      case when v.id is not null then jsonb_build_object('id', v.id, 'version', v.version, 'name', n.name, 'title', v.title,
        'language', v.language, 'source', v.source, 'sourceSha256', v.source_sha256, 'ownVariables', v.own_variables,
        'emailCodeRequired', v.email_code_required, 'renewOnReschedule', v.renew_on_reschedule) end as template`;
const contextSource = sql.fragment`
    from booking b
      join host h on h.id = b.host_id
      join account a on a.id = h.account_id
      join organization o on o.id = b.organization_id
      -- A host who has left reads no more about guests: the organization does.
      cross join lateral (select oa.email from member om join account oa on oa.id = om.account_id
        where om.organization_id = o.id and om.role = 'OWNER' order by om.created_at limit 1) owner
      join meeting_type t on t.id = b.meeting_type_id
      left join nda_template_version v on v.id = b.nda_template_version_id
      left join nda_template n on n.id = v.template_id`;
