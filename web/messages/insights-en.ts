import type { Step } from '../insights/figures.ts';

/** Sentences of the insights page: English says what there is to say. */
export const insightsEn = {
  title: 'Insights',
  range: 'Period',
  ranges: { 7: '7 days', 30: '30 days', 90: '90 days', 365: 'A year' },
  type: 'Meeting type',
  allTypes: 'All meeting types',
  overTime: 'Bookings over time',
  confirmed: 'Confirmed',
  notConfirmed: 'Held, not confirmed',
  conversion: 'From looking to booked',
  steps: { views: 'Opened the page', held: 'Held a time', signed: 'Signed', confirmed: 'Confirmed' } satisfies Record<
    Step['name'],
    string
  >,
  shareOf: { held: 'of those who looked', signed: 'of those with an NDA', confirmed: 'of the held times' },
  timeToSign: 'Time to sign',
  middle: (text: string): string => `Half of your guests sign within ${text}.`,
  slow: (text: string): string => `Nine of ten need no more than ${text}.`,
  under: (text: string): string => `under ${text}`,
  longer: 'longer',
  signatures: 'Signatures',
  noShows: 'No-shows',
  cameNot: (count: number, all: number): string =>
    all === 0 ? 'No meeting has taken place in this period.' : `${count} of ${all} meetings without their guest.`,
  completed: 'Took place',
  noShow: 'Guest did not come',
  asTable: 'As a table',
  day: 'Day',
  week: 'Week from',
  count: 'Number',
  step: 'Step',
  duration: 'Time',
  views: 'Page views',
  nothing: 'Nothing in this period yet.',
  noteDays: (zone: string): string =>
    `Days are those of ${zone}. A booking counts on the day it was made, a meeting on its own.`,
  noteViews: 'Page views are only counted: no cookie, no address, nothing about who looked.',
  seconds: (seconds: number): string => {
    if (seconds < 90) return `${Math.round(seconds)} s`;
    if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
    return seconds < 129_600 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
  },
};
export type InsightsMessages = typeof insightsEn;
