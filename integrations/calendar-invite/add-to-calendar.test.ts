import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToCalendarLinks } from './add-to-calendar.ts';

const entry = {
  summary: 'Founder meeting & coffee',
  description: 'First line\nSecond line',
  location: 'Main Street 1, Riga',
  startsAt: new Date('2026-11-25T09:15:00Z'),
  endsAt: new Date('2026-11-25T10:00:00Z'),
};

describe('the add to calendar links', () => {
  it('carry title, time in UTC, place and text to Google', () => {
    const link = new URL(addToCalendarLinks(entry).google);
    expect(link.origin).toBe('https://calendar.google.com');
    expect(Object.fromEntries(link.searchParams)).toEqual({
      action: 'TEMPLATE',
      text: entry.summary,
      dates: '20261125T091500Z/20261125T100000Z',
      details: entry.description,
      location: entry.location,
    });
  });

  it('carry the same to both Outlooks, with spaces that Outlook understands', () => {
    const links = addToCalendarLinks(entry);
    for (const href of [links.outlook, links.office365]) {
      const link = new URL(href);
      expect(href).not.toContain('+');
      expect(link.searchParams.get('subject')).toBe(entry.summary);
      expect(link.searchParams.get('startdt')).toBe('2026-11-25T09:15:00.000Z');
      expect(link.searchParams.get('body')).toBe(entry.description);
    }
    expect(new URL(links.outlook).hostname).toBe('outlook.live.com');
    expect(new URL(links.office365).hostname).toBe('outlook.office.com');
  });

  it('cannot be given further parameters by a title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (summary) => {
        const links = addToCalendarLinks({ ...entry, summary });
        expect([...new URL(links.google).searchParams]).toHaveLength(5);
        expect([...new URL(links.outlook).searchParams]).toHaveLength(7);
      }),
    );
  });
});
