import { z } from 'zod';

/** What a query may ask for, among the durations that a meeting type has. */
export const AskedDuration = z.coerce
  .number()
  .int()
  .min(5)
  .max(1440)
  .meta({ description: 'One of the meeting type’s durations; the first when left out' });

export const Id = z.uuid().meta({ description: 'UUID (version 7)' });
/** What is booked here lies between these; beyond them are years that databases, calendars or JavaScript do not share. */
const firstYear = 1970;
const lastYear = 2999;
const isWithinYears = (text: string): boolean => {
  const year = new Date(text).getUTCFullYear();
  return year >= firstYear && year <= lastYear;
};
const withinYears = `Use a date from the years ${firstYear} to ${lastYear}.`;

export const Instant = z.iso
  .datetime({ offset: true })
  .refine(isWithinYears, withinYears)
  .meta({ description: `ISO 8601 instant, from ${firstYear} to ${lastYear}; answers are in UTC` });
export const LocalDate = z.iso
  .date()
  .refine(isWithinYears, withinYears)
  .meta({ description: `A calendar date, YYYY-MM-DD, from ${firstYear} to ${lastYear}` });
/** `24:00` is the end of the day. */
export const LocalTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write the time as HH:MM, from 00:00 to 24:00.');
/** The end of a window that goes past midnight counts on: `26:00` is 02:00 of the next day. */
export const WindowEnd = z
  .string()
  .regex(/^(?:[0-3]\d|4[0-7]):[0-5]\d$|^48:00$/, 'Write the time as HH:MM; past midnight goes on to 48:00.');
export const Slug = z
  .string()
  .min(2)
  .max(60)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'Use lower-case letters, digits and single hyphens.')
  .meta({ description: 'Name in a public link' });

const supported = new Set<string>([...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/UTC']);
// Names of ICU's own, which Intl accepts: IANA has no such zones, and the database knows others by them (BST, IST), or nothing.
const ownNames =
  /^(?:A[CERS]T|AGT|B[ES]T|C[ANS]T|CTT|E[AC]T|I[ES]T|JST|MIT|N[ES]T|P[LNRS]T|SST|VST|US\/Pacific-New|SystemV\/.*)$/i;
export function isTimeZone(value: string): boolean {
  if (supported.has(value)) return true;
  if (ownNames.test(value)) return false;
  // Offsets such as +02:00 are accepted by Intl, but are no zones: they know no clock changes.
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/.test(value)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'Use an IANA time zone, such as Europe/Riga.')
  .meta({ description: 'IANA time zone' });

/** Control characters have no place in a name, and would reach mail headers and documents; half a character (\p{Cs}) is no text at all. */
export const Line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'Write something here.')
    .max(max, `At most ${max} characters.`)
    // eslint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u001f\u007f\u2028\u2029\p{Cs}]*$/u, 'Line breaks and control characters are not possible here.');
export const Text = (max: number) =>
  z
    .string()
    .max(max, `At most ${max} characters.`)
    // eslint-disable-next-line no-control-regex
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\p{Cs}]*$/u, 'Control characters are not possible here.');
/** What zod calls an address, with at most 64 characters before the `@` (RFC 5321, 4.5.3.1.1). */
const mailbox = new RegExp(`^(?=[^@]{1,64}@)${z.regexes.email.source.replace(/^\^/, '')}`);

export const Email = z
  .email({ pattern: mailbox, error: 'Write an e-mail address, such as name@example.org.' })
  .max(254)
  .meta({ description: 'E-mail address' });
export const Locale = z.enum(['en', 'de']);

/** Secret link of one booking: 256 bits, base64url. */
export const GuestToken = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'This is not a booking’s secret link.');
export const IdempotencyKey = z
  .string()
  .min(8)
  .max(255)
  .meta({ description: 'One key per intended request; kept for at least 24 hours' });

/** Whose things a request is about, where a role reaches further than one's own. */
export const Whose = z.object({
  hostId: Id.optional().meta({
    description: 'Another host of the organization, for OWNER and ADMIN; oneself when left out',
  }),
});

/** What a page of a list ends with; it means nothing to anybody else. */
export const Cursor = z.string().max(200).meta({ description: 'Where a page ends: what follows is asked for with it' });
export const Page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: Cursor.nullable() });
