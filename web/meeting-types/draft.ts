import type { MeetingType, MeetingTypeInput } from '#contract/meeting-types.ts';

/** A meeting type as its form holds it: text where people type, so that a half-typed number is no zero. */
export type Draft = {
  title: string;
  slug: string;
  description: string;
  location: string;
  scheduleId: string;
  ndaTemplateId: string;
  durations: string;
  hold: string;
  interval: string;
  offset: string;
  bufferBefore: string;
  bufferAfter: string;
  noticeHours: string;
  windowKind: MeetingTypeInput['bookingWindow']['kind'];
  windowDays: string;
  /** Dates, `2026-12-31`: of a window of the kind `range`. */
  windowFrom: string;
  windowTo: string;
  limitPerDay: string;
  limitPerWeek: string;
  minutesPerDay: string;
  cutoff: string;
  moves: string;
  reminders: string;
  isActive: boolean;
  isPublic: boolean;
};

export const emptyDraft: Draft = {
  title: '',
  slug: '',
  description: '',
  location: '',
  scheduleId: '',
  ndaTemplateId: '',
  durations: '30',
  hold: '10',
  interval: '',
  offset: '0',
  bufferBefore: '0',
  bufferAfter: '0',
  noticeHours: '2',
  windowKind: 'rolling',
  windowDays: '60',
  windowFrom: '',
  windowTo: '',
  limitPerDay: '',
  limitPerWeek: '',
  minutesPerDay: '',
  cutoff: '60',
  moves: '5',
  reminders: '1440, 60',
  isActive: true,
  isPublic: true,
};

const text = (value: number | null) => (value === null ? '' : String(value));

export function draftOf(type: MeetingType): Draft {
  const { title, slug, description, location, isActive, isPublic, bookingWindow } = type;
  return {
    ...{ title, slug, description, location, isActive, isPublic },
    scheduleId: type.scheduleId ?? '',
    ndaTemplateId: type.ndaTemplateId ?? '',
    durations: type.durationsMinutes.join(', '),
    hold: text(type.holdMinutes),
    interval: text(type.intervalMinutes),
    offset: text(type.offsetMinutes),
    bufferBefore: text(type.bufferBeforeMinutes),
    bufferAfter: text(type.bufferAfterMinutes),
    noticeHours: text(type.noticeMinutes / 60),
    windowKind: bookingWindow.kind,
    windowDays: bookingWindow.kind === 'range' ? emptyDraft.windowDays : text(bookingWindow.days),
    windowFrom: bookingWindow.kind === 'range' ? bookingWindow.from : '',
    windowTo: bookingWindow.kind === 'range' ? bookingWindow.to : '',
    limitPerDay: text(type.limitPerDay),
    limitPerWeek: text(type.limitPerWeek),
    minutesPerDay: text(type.limitMinutesPerDay),
    cutoff: text(type.rescheduleCutoffMinutes),
    moves: text(type.rescheduleLimit),
    reminders: type.remindersMinutes.join(', '),
  };
}

/** `30, 60` → [30, 60]; words and blanks between them do not count. */
export function numbersIn(list: string): number[] {
  return (list.match(/\d+/g) ?? []).map(Number);
}

const orNull = (value: string) => (value.trim() === '' ? null : Number(value));

export function inputOf(draft: Draft): MeetingTypeInput {
  return {
    title: draft.title.trim(),
    slug: draft.slug,
    description: draft.description,
    location: draft.location,
    scheduleId: draft.scheduleId || null,
    ndaTemplateId: draft.ndaTemplateId || null,
    durationsMinutes: numbersIn(draft.durations),
    intervalMinutes: orNull(draft.interval),
    offsetMinutes: Number(draft.offset),
    bufferBeforeMinutes: Number(draft.bufferBefore),
    bufferAfterMinutes: Number(draft.bufferAfter),
    noticeMinutes: Math.round(Number(draft.noticeHours) * 60),
    bookingWindow:
      draft.windowKind === 'range'
        ? { kind: draft.windowKind, from: draft.windowFrom, to: draft.windowTo }
        : { kind: draft.windowKind, days: Number(draft.windowDays) },
    limitPerDay: orNull(draft.limitPerDay),
    limitPerWeek: orNull(draft.limitPerWeek),
    limitMinutesPerDay: orNull(draft.minutesPerDay),
    holdMinutes: Number(draft.hold),
    remindersMinutes: numbersIn(draft.reminders),
    rescheduleCutoffMinutes: Number(draft.cutoff),
    rescheduleLimit: Number(draft.moves),
    isActive: draft.isActive,
    isPublic: draft.isPublic,
  };
}

/** A link name out of a title: `Gründer-Treffen, persönlich` → `grunder-treffen-personlich`. */
export function slugOf(title: string): string {
  return title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}
