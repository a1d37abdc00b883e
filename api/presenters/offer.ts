import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import type { Me } from '#contract/accounts.ts';
import type { MeetingType, MeetingTypeInput } from '#contract/meeting-types.ts';
import type { NdaTemplate, NdaTemplateContent, NdaTemplateVersion } from '#contract/nda-templates.ts';
import type { PublicHost, PublicMeetingType, Slots } from '#contract/public-pages.ts';
import { weekdays, type Schedule } from '#contract/schedules.ts';
import type { MeetingTypeRow } from '#db/queries/meeting-types.ts';
import type { NewVersion, TemplateRow, VersionRow } from '#db/queries/nda-templates.ts';
import type { PublicHostRow, PublicTypeRow } from '#db/queries/public-pages.ts';
import type { ScheduleRow } from '#db/queries/schedules.ts';
import type { HostIdentity } from '../auth/identity.ts';

export function me(who: HostIdentity): Me {
  return {
    accountId: who.accountId,
    email: who.email,
    emailVerified: who.emailVerifiedAt !== null,
    name: who.name,
    locale: who.locale,
    organization: { id: who.organizationId, name: who.organizationName, slug: who.organizationSlug },
    role: who.role,
    host: { id: who.hostId, slug: who.hostSlug, displayName: who.displayName, timeZone: who.timeZone },
    isOperator: who.isOperator,
    organizations: who.organizations.map(({ id, name, role }) => ({ id, name, role })),
    csrfToken: who.csrfToken,
  };
}

type Weekday = (typeof weekdays)[number];

/** Every weekday is told, also one without hours. */
export function schedule({ id, name, isDefault, rules }: ScheduleRow): z.output<typeof Schedule> {
  const blackouts = rules.blackouts.map(({ from, to, note }) => ({ from, to, ...(note === null ? {} : { note }) }));
  const weekly = Object.fromEntries(weekdays.map((day) => [day, rules.weekly[day] ?? []])) as Record<
    Weekday,
    [string, string][]
  >;
  return { id, name, isDefault, rules: { ...rules, weekly, blackouts } };
}

export function meetingType(row: MeetingTypeRow, publicUrl: string): z.input<typeof MeetingType> {
  const { organizationId: _organization, ...fields } = row;
  return { ...fields, url: `${publicUrl}/${row.hostSlug}/${row.slug}` };
}

/** The wire's fields are the table's: whoever adds one to either is told by the compiler. */
export const meetingTypeFields = (input: MeetingTypeInput): MeetingTypeInput => input;

export function ndaTemplate(row: TemplateRow): z.input<typeof NdaTemplate> {
  return { id: row.templateId, name: row.name, versionCount: row.versionCount, current: ndaVersion(row) };
}

export function ndaVersion(row: VersionRow): z.input<typeof NdaTemplateVersion> {
  const { id, version, sourceSha256, title, source, language, ownVariables, emailCodeRequired, renewOnReschedule } =
    row;
  return {
    id,
    version,
    sourceSha256,
    publishedAt: row.publishedAt.toISOString(),
    content: { title, source, language, ownVariables, emailCodeRequired, renewOnReschedule },
  };
}

export function newVersion(content: NdaTemplateContent): NewVersion {
  return { ...content, sourceSha256: createHash('sha256').update(content.source).digest('hex') };
}

export function publicHost({
  slug,
  displayName,
  organizationName,
  timeZone,
}: PublicHostRow): z.input<typeof PublicHost> {
  return { slug, displayName, organizationName, timeZone };
}

export function publicMeetingType(row: PublicTypeRow): PublicMeetingType {
  const {
    id,
    slug,
    title,
    description,
    location,
    durationsMinutes,
    bufferBeforeMinutes,
    bufferAfterMinutes,
    holdMinutes,
    template,
  } = row;
  return {
    id,
    slug,
    title,
    description,
    location,
    durationsMinutes,
    bufferBeforeMinutes,
    bufferAfterMinutes,
    holdMinutes,
    nda: template && {
      title: template.title,
      language: template.language,
      emailCodeRequired: template.emailCodeRequired,
      questions: template.ownVariables
        .filter(({ filledBy }) => filledBy === 'guest')
        .map(({ name, label, required, value }) => ({ name, label, required, value })),
    },
  };
}

/** Zones are known in any case of their letters, so anybody can ask for more names than there are zones. */
const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

/** Slots under their dates in a zone. */
export function slotDays(startsAt: readonly number[], timeZone: string): z.input<typeof Slots>['days'] {
  const format =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  formatters.set(timeZone, format);
  const days: { date: string; slots: string[] }[] = [];
  for (const start of startsAt) {
    const date = format.format(start);
    const last = days.at(-1);
    const slot = new Date(start).toISOString();
    if (last?.date === date) last.slots.push(slot);
    else days.push({ date, slots: [slot] });
  }
  return days;
}
