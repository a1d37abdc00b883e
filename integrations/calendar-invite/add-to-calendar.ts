import { utcDateTime } from './content-line.ts';

export type CalendarEntry = {
  summary: string;
  description: string;
  location: string | null;
  startsAt: Date;
  endsAt: Date;
};

/** Links that open a filled-in event in the reader's own calendar; nothing is sent until the reader saves it. */
export function addToCalendarLinks(entry: CalendarEntry): { google: string; outlook: string; office365: string } {
  return {
    google: googleLink(entry),
    outlook: outlookLink('https://outlook.live.com/calendar/0/deeplink/compose', entry),
    office365: outlookLink('https://outlook.office.com/calendar/0/deeplink/compose', entry),
  };
}

function googleLink(entry: CalendarEntry): string {
  const url = new URL('https://calendar.google.com/calendar/render');
  url.searchParams.set('action', 'TEMPLATE');
  url.searchParams.set('text', entry.summary);
  url.searchParams.set('dates', `${utcDateTime(entry.startsAt)}/${utcDateTime(entry.endsAt)}`);
  if (entry.description !== '') url.searchParams.set('details', entry.description);
  if (entry.location !== null) url.searchParams.set('location', entry.location);
  return url.href;
}

/** Outlook on the web shows a `+` as it is, so that spaces have to be `%20`. */
function outlookLink(base: string, entry: CalendarEntry): string {
  const parameters: [string, string][] = [
    ['path', '/calendar/action/compose'],
    ['rru', 'addevent'],
    ['subject', entry.summary],
    ['startdt', entry.startsAt.toISOString()],
    ['enddt', entry.endsAt.toISOString()],
  ];
  if (entry.description !== '') parameters.push(['body', entry.description]);
  if (entry.location !== null) parameters.push(['location', entry.location]);
  return `${base}?${parameters.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')}`;
}
