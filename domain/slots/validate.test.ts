import { expect, test } from 'vitest';
import { ask, schedule } from '#tests/factories/slots-question.ts';
import { validateRules } from './validate-rules.ts';
import { validateRange, validateSchedule } from './validate.ts';

const problems = (changes: object): string[] =>
  validateSchedule(schedule(changes)).map(({ field, code }) => `${field} ${code}`);
const ruleProblems = (changes: object): string[] =>
  validateRules({ ...ask().rules, ...changes }).map(({ field }) => field);
const day = 86_400_000;

test('a schedule that can be used has no issues', () => {
  const travel = [
    { from: '2026-03-01', to: '2026-03-04', timeZone: 'Asia/Tokyo' },
    { from: '2026-03-05', timeZone: 'Asia/Kolkata' },
  ];
  expect(
    problems({ weekly: { fri: [['22:00', '26:00']] }, overrides: [{ date: '2026-12-24', windows: [] }], travel }),
  ).toEqual([]);
});

test('windows are HH:MM, begin on their day, last, and do not run backwards', () => {
  const windows = [
    ['9:00', '12:00'],
    ['09:00', '49:00'],
    ['25:00', '26:00'],
    ['09:00', '09:00'],
    ['17:00', '09:00'],
  ];
  expect(problems({ weekly: { mon: windows } })).toEqual([
    'weekly.mon.0.0 time_invalid',
    'weekly.mon.1.1 time_invalid',
    'weekly.mon.2.0 window_starts_next_day',
    'weekly.mon.3 window_empty',
    'weekly.mon.4 window_reversed',
  ]);
});

test('zones, weekdays and dates must exist; spans run forwards; a date has one override', () => {
  expect(problems({ timeZone: 'Mars/Olympus' })).toEqual(['timeZone time_zone_unknown']);
  expect(problems({ weekly: { monday: [] } })).toEqual(['weekly.monday weekday_unknown']);
  expect(problems({ blackouts: [{ from: '2026-02-30', to: '2026-03-01' }] })).toEqual([
    'blackouts.0.from date_invalid',
  ]);
  expect(problems({ outOfOffice: [{ from: '2026-03-02', to: '2026-03-01' }] })).toEqual([
    'outOfOffice.0 dates_reversed',
  ]);
  const twice = [1, 2].map(() => ({ date: '2026-03-01', windows: [] }));
  expect(problems({ overrides: twice })).toEqual(['overrides.1.date override_repeated']);
});

test('nobody is in two zones on one date, also not after a travel without an end', () => {
  const travel = [
    { from: '2026-03-05', to: '2026-03-09', timeZone: 'Asia/Tokyo' },
    { from: '2026-03-01', timeZone: 'Asia/Kolkata' },
  ];
  expect(problems({ travel })).toEqual(['travel.0 travel_overlaps']);
});

test('a date is closed by one closure', () => {
  const apart = [
    { from: '2026-12-24', to: '2026-12-26' },
    { from: '2026-12-20', to: '2026-12-23' },
  ];
  expect(problems({ blackouts: apart })).toEqual([]);
  expect(problems({ blackouts: [...apart, { from: '2026-12-26', to: '2026-12-31' }] })).toEqual([
    'blackouts.2 blackouts_overlap',
  ]);
});

test('lists end somewhere', () => {
  expect(problems({ weekly: { mon: Array(25).fill(['09:00', '10:00']) } })).toEqual(['weekly.mon too_many']);
  expect(problems({ blackouts: Array(1001).fill({ from: '2026-03-01', to: '2026-03-01' }) })).toEqual([
    'blackouts too_many',
  ]);
});

test('rules are whole numbers within bounds', () => {
  expect(ruleProblems({})).toEqual([]);
  expect(ruleProblems({ durationMinutes: 0, bufferBeforeMinutes: -1, noticeMinutes: 0.5, seatsPerSlot: NaN })).toEqual([
    'durationMinutes',
    'bufferBeforeMinutes',
    'noticeMinutes',
    'seatsPerSlot',
  ]);
  expect(ruleProblems({ limits: { perDay: 0, minutesPerDay: 1441 } })).toEqual([
    'limits.perDay',
    'limits.minutesPerDay',
  ]);
  expect(ruleProblems({ bookingWindow: { kind: 'rollingAvailable', days: 0 } })).toEqual(['bookingWindow.days']);
  expect(ruleProblems({ bookingWindow: { kind: 'dates', from: '2026-05-02', to: '2026-05-01' } })).toEqual([
    'bookingWindow',
  ]);
});

test('ranges run forwards, for at most 366 days', () => {
  const codes = (from: number, to: number): string[] => validateRange({ from, to }).map(({ code }) => code);
  expect(codes(0, 366 * day)).toEqual([]);
  expect(codes(0, 366 * day + 1)).toEqual(['range_too_long']);
  expect(codes(5, 5)).toEqual(['range_reversed']);
  expect(codes(NaN, Infinity)).toEqual(['instant_invalid', 'instant_invalid']);
});
