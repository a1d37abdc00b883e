import { expect, test } from 'vitest';
import { googleLink, outlookLink } from './calendar-links.ts';

const meeting = {
  title: 'Call & tea',
  location: 'Main Street 1',
  startsAt: '2026-11-25T09:15:00.000Z',
  endsAt: '2026-11-25T10:00:00.000Z',
  with: 'Demo Host',
};

test('calendar links carry the meeting in UTC, and nothing that opens the booking', () => {
  const google = new URL(googleLink(meeting));
  expect(google.searchParams.get('dates')).toBe('20261125T091500Z/20261125T100000Z');
  expect(google.searchParams.get('text')).toBe('Call & tea · Demo Host');
  const outlook = new URL(outlookLink(meeting));
  expect(outlook.searchParams.get('startdt')).toBe('2026-11-25T09:15:00.000Z');
  expect(google.href + outlook.href).not.toContain('my-booking');
});
