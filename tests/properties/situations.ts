import fc from 'fast-check';
import type { BusyInterval, Claim } from '#domain/slots/claims.ts';
import type { HostFacts, SlotRange, SlotsQuestion } from '#domain/slots/input.ts';
import type { BookingWindow, MeetingRules } from '#domain/slots/rules.ts';
import type { Schedule, TimeWindow } from '#domain/slots/schedule.ts';
import { weekdays } from '#domain/slots/schedule.ts';
import { zoneTable } from '#domain/time/zones.ts';

/** A question around a clock change, and a range to ask it for. */
export type Situation = { question: SlotsQuestion; range: SlotRange; viewerTimeZone: string };

export const zones = Intl.supportedValuesOf('timeZone');
const hour = 3_600_000;

/** Every change of a zone's clocks in a year; in a year that has none, one quiet day. */
export function clockChanges(timeZone: string, year: number): number[] {
  const changes = zoneTable(timeZone, Date.UTC(year, 6)).at.filter(
    (at) => at >= Date.UTC(year, 0) && at < Date.UTC(year + 1, 0),
  );
  return changes.length === 0 ? [Date.UTC(year, 1, 28, 12)] : changes;
}

export const years = Array.from({ length: 28 }, (_, index) => 2000 + index);

export const anyChange = fc
  .tuple(fc.constantFrom(...zones), fc.constantFrom(...years))
  .chain(([timeZone, year]) =>
    fc.constantFrom(...clockChanges(timeZone, year)).map((change) => ({ timeZone, change })),
  );

/** Anything that a host may have set up and a guest may ask, around one clock change. */
export function situationAround(timeZone: string, change: number): fc.Arbitrary<Situation> {
  const near = (beforeHours: number, afterHours: number, stepMinutes = 5): fc.Arbitrary<number> =>
    fc
      .integer({ min: (-beforeHours * 60) / stepMinutes, max: (afterHours * 60) / stepMinutes })
      .map((steps) => Math.floor(change / 60_000) * 60_000 + steps * stepMinutes * 60_000);
  return fc
    .record({
      hosts: fc.oneof(
        { weight: 3, arbitrary: fc.tuple(anyHost(fc.constant(timeZone), near, 'one')) },
        {
          weight: 1,
          arbitrary: fc.tuple(
            anyHost(fc.constant(timeZone), near, 'one'),
            anyHost(fc.constantFrom(timeZone, 'Asia/Kolkata', 'America/New_York', 'Asia/Kathmandu'), near, 'two'),
          ),
        },
      ),
      mode: fc.constantFrom('roundRobin' as const, 'collective' as const),
      rules: anyRules(near),
      now: fc.oneof(
        near(72, 12, 1),
        near(96, 0).map((minute) => minute + 13_579),
      ),
      from: near(24, 20),
      hours: fc.integer({ min: 1, max: 48 }),
      viewerTimeZone: fc.constantFrom(...zones),
    })
    .map(({ hosts, mode, rules, now, from, hours, viewerTimeZone }) => ({
      question: { hosts, mode, rules, now, viewerId: 'me', meetingTypeId: 'intro' },
      range: { from, to: from + hours * hour },
      viewerTimeZone,
    }));
}

type Near = (beforeHours: number, afterHours: number, stepMinutes?: number) => fc.Arbitrary<number>;

const timeText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const anyWindow: fc.Arbitrary<TimeWindow> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<TimeWindow>(['00:00', '24:00']) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 48 }))
      .map(([start, length]): TimeWindow => [timeText(start * 15), timeText(start * 15 + length * 15)]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 400 }))
      .map(([start, length]): TimeWindow => [timeText(start), timeText(start + length)]),
  },
);
const anyWindows = fc.array(anyWindow, { maxLength: 3 });

function anySchedule(timeZones: fc.Arbitrary<string>, near: Near): fc.Arbitrary<Schedule> {
  const date = near(72, 72, 60).map((instant) => new Date(instant).toISOString().slice(0, 10));
  const span = fc.tuple(date, date).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
  return fc.record({
    timeZone: timeZones,
    weekly: fc
      .tuple(...weekdays.map(() => anyWindows))
      .map((windows) => Object.fromEntries(weekdays.map((weekday, index) => [weekday, windows[index]!]))),
    overrides: fc.uniqueArray(fc.record({ date, windows: anyWindows }), {
      maxLength: 2,
      selector: (override) => override.date,
    }),
    blackouts: sometimes(span),
    outOfOffice: sometimes(date.map((day) => ({ from: day, to: day }))),
    travel: sometimes(
      fc
        .tuple(span, fc.constantFrom('Europe/Lisbon', 'Asia/Kolkata', 'America/Denver', 'Pacific/Chatham'))
        .map(([dates, zone]) => ({ ...dates, timeZone: zone })),
    ),
  });
}

function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: arbitrary.map((value): T[] => [value]) },
  );
}

function anyHost(timeZones: fc.Arbitrary<string>, near: Near, hostId: string): fc.Arbitrary<HostFacts> {
  return fc.record({
    hostId: fc.constant(hostId),
    schedule: anySchedule(timeZones, near),
    claims: fc.array(anyClaim(near), { maxLength: 5 }),
    busy: fc.array(anyBusy(near), { maxLength: 3 }),
  });
}

const anyLength = fc.constantFrom(15, 30, 45, 60, 95);

function anyBusy(near: Near): fc.Arbitrary<BusyInterval> {
  return fc
    .tuple(near(48, 60, 1), fc.oneof(fc.constant(0), anyLength, fc.integer({ min: 1, max: 600 })))
    .map(([startsAt, minutes]) => ({ startsAt, endsAt: startsAt + minutes * 60_000 }));
}

function anyClaim(near: Near): fc.Arbitrary<Claim> {
  const buffer = fc.constantFrom(0, 0, 10, 30);
  return fc
    .record({
      startsAt: fc.oneof(near(48, 60, 30), near(48, 60), near(48, 60, 1)),
      minutes: anyLength,
      bufferBeforeMinutes: buffer,
      bufferAfterMinutes: buffer,
      expiresAt: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, near(96, 24)),
      viewerId: fc.constantFrom('me', 'other'),
      meetingTypeId: fc.constantFrom('intro', 'intro', 'other'),
    })
    .map(({ minutes, startsAt, expiresAt, viewerId, bufferBeforeMinutes, bufferAfterMinutes, meetingTypeId }) => ({
      startsAt,
      endsAt: startsAt + minutes * 60_000,
      bufferBeforeMinutes,
      bufferAfterMinutes,
      meetingTypeId,
      ...(expiresAt === null ? {} : { expiresAt, viewerId }),
    }));
}

function anyRules(near: Near): fc.Arbitrary<MeetingRules> {
  const buffer = fc.constantFrom(0, 0, 0, 5, 15, 60);
  const limit = (max: number): fc.Arbitrary<number | null> =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max }));
  return fc
    .record({
      durationMinutes: fc.oneof({ weight: 2, arbitrary: anyLength }, fc.constantFrom(5, 7, 20, 90, 120, 240)),
      intervalMinutes: fc.constantFrom(null, null, 15, 30, 60, 25, 50),
      offsetMinutes: fc.constantFrom(0, 0, 0, 5, 20),
      bufferBeforeMinutes: buffer,
      bufferAfterMinutes: buffer,
      noticeMinutes: fc.constantFrom(0, 0, 30, 120, 1440, 10),
      bookingWindow: anyBookingWindow(near),
      seatsPerSlot: fc.constantFrom(1, 1, 2, 3),
      perDay: limit(3),
      perWeek: limit(5),
      minutesPerDay: limit(240),
    })
    .map(({ intervalMinutes, perDay, perWeek, minutesPerDay, ...rules }) => ({
      ...rules,
      ...(intervalMinutes === null ? {} : { intervalMinutes }),
      limits: Object.fromEntries(
        Object.entries({ perDay, perWeek, minutesPerDay }).filter(([, value]) => value !== null),
      ),
    }));
}

function anyBookingWindow(near: Near): fc.Arbitrary<BookingWindow> {
  const date = near(48, 72, 60).map((instant) => new Date(instant).toISOString().slice(0, 10));
  const rolling = fc.record({ days: fc.integer({ min: 1, max: 4 }), businessDaysOnly: fc.boolean() });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant<BookingWindow>({ kind: 'none' }) },
    rolling.map((parts) => ({ kind: 'rolling' as const, ...parts, days: parts.days - 1 })),
    rolling.map((parts) => ({ kind: 'rollingAvailable' as const, ...parts })),
    fc.tuple(date, date).map(([from, to]) => ({ kind: 'dates' as const, from, to })),
  );
}
