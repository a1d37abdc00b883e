import type { Request } from 'express';
import { hostOfCookies } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import { readMeetingTypePage, slotsAnswer } from '../routes/guest-pages.ts';
import { bookingPagePattern, type Head, type Opening } from './shell.ts';

type Opened = { opening: Opening; head?: Head };

/**
 * What a page would ask for first, so that it comes with the page: on a phone each further question costs as much as the page itself. A
 * page that gets nothing here asks for itself, and tells what went wrong then.
 */
export async function openingOf(parts: ApiParts, pattern: string | null, request: Request): Promise<Opened> {
  try {
    if (pattern === bookingPagePattern) return await bookingPage(parts, request);
    if (pattern?.startsWith('/dashboard')) return await dashboard(parts, request);
  } catch (error) {
    if (!(error instanceof Refused)) parts.log.warn({ err: error }, 'A page was sent without its data.');
  }
  return { opening: {} };
}

async function bookingPage(parts: ApiParts, request: Request): Promise<Opened> {
  const [hostSlug = '', meetingTypeSlug = ''] = request.path.split('/').filter(Boolean).map(decodeURIComponent);
  const page = await readMeetingTypePage(parts, { hostSlug, meetingTypeSlug });
  const { host, meetingType } = page;
  parts.pageViews.count(meetingType.id, request.headers);
  const month = monthAsked(request, host.timeZone);
  const asked = Number(request.query['duration']);
  const durationMinutes =
    meetingType.durationsMinutes.find((each) => each === asked) ?? meetingType.durationsMinutes[0];
  const query = { ...rangeOf(month), timeZone: host.timeZone, durationMinutes };
  const slots = await slotsAnswer(parts, { hostSlug, meetingTypeSlug }, query);
  return {
    opening: { opening: `{"page":${JSON.stringify(page)},"month":"${month}","slots":${slots.json}}` },
    head: { title: `${meetingType.title} · ${host.displayName}`, description: meetingType.description },
  };
}

async function dashboard(parts: ApiParts, request: Request): Promise<Opened> {
  const who = await hostOfCookies(parts, request.headers.cookie);
  return { opening: who ? { me: JSON.stringify(present.me(who)) } : {} };
}

/** The month that the address asks for, as the page reads it; without one, the month that it is for the host. */
function monthAsked(request: Request, timeZone: string): string {
  const { month, date, slot } = request.query;
  for (const text of [month, date, slot]) {
    const [found] = /^\d{4}-(0[1-9]|1[0-2])/.exec(typeof text === 'string' ? text : '') ?? [];
    if (found !== undefined) return found;
  }
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' }).format(new Date());
}

/** Every instant of a month in any zone: those reach from UTC+14 to UTC−12. */
function rangeOf(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const day = (month: number, day: number) => new Date(Date.UTC(year, month, day)).toISOString();
  return { from: day(number - 1, 0), to: day(number, 2) };
}
