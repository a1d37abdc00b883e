import type { Request } from 'express';
import { findPublicHost } from '#db/queries/public-pages.ts';
import { hostOfCookies } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import { readMeetingTypePage, slotsAnswer } from '../routes/guest-pages.ts';
import { firstAnswers, type Answering } from './first-answers.ts';
import { bookingPagePattern, hostPagePattern, type Head, type Opening } from './shell.ts';

export type Opened = {
  opening: Opening;
  head?: Head;
  /** Nothing is at this address: the page says so, and the status does. */
  isMissing?: true;
};

/**
 * What a page would ask for first, so that it comes with the page: on a phone each further question costs as much as the page itself. A
 * page that gets nothing here asks for itself, and tells what went wrong then.
 */
export async function openingOf(
  parts: ApiParts,
  answering: Answering,
  pattern: string | null,
  request: Request,
): Promise<Opened> {
  try {
    if (pattern === null) return missing;
    if (pattern === bookingPagePattern) return await bookingPage(parts, request);
    if (pattern === hostPagePattern) return await hostPage(parts, request);
    if (pattern?.startsWith('/dashboard')) return await dashboard(parts, answering, pattern, request);
  } catch (error) {
    if (error instanceof Refused && error.code === 'not_found') return missing;
    // An address that cannot be decoded is nobody's.
    if (error instanceof URIError) return missing;
    if (!(error instanceof Refused)) parts.log.warn({ err: error }, 'A page was sent without its data.');
  }
  return { opening: {} };
}

const missing: Opened = { opening: {}, isMissing: true };

async function hostPage(parts: ApiParts, request: Request): Promise<Opened> {
  const [slug = ''] = slugsOf(request);
  return (await findPublicHost(parts.database, slug)) ? { opening: {} } : missing;
}

const slugsOf = (request: Request): string[] => request.path.split('/').filter(Boolean).map(decodeURIComponent);

async function bookingPage(parts: ApiParts, request: Request): Promise<Opened> {
  const [hostSlug = '', meetingTypeSlug = ''] = slugsOf(request);
  const page = await readMeetingTypePage(parts, { hostSlug, meetingTypeSlug });
  const { host, meetingType } = page;
  parts.pageViews.count(meetingType.id, request.headers);
  const month = monthAsked(request, host.timeZone, parts.clock.now());
  const asked = Number(request.query['duration']);
  const durationMinutes =
    meetingType.durationsMinutes.find((each) => each === asked) ?? meetingType.durationsMinutes[0];
  const query = { ...rangeOf(month), timeZone: host.timeZone, durationMinutes };
  const slots = await slotsAnswer(parts, { hostSlug, meetingTypeSlug }, query);
  return {
    opening: { opening: `{"page":${JSON.stringify(page)},"month":"${month}","slots":${slots.plain().toString()}}` },
    head: { title: `${meetingType.title} · ${host.displayName}`, description: meetingType.description },
  };
}

async function dashboard(parts: ApiParts, answering: Answering, pattern: string, request: Request): Promise<Opened> {
  const who = await hostOfCookies(parts, request.headers.cookie);
  if (!who) return { opening: {} };
  const me = { '/me': JSON.stringify(present.me(who)) };
  if (pattern !== '/dashboard') return { opening: me };
  const address = new URL(request.originalUrl, parts.publicUrl).searchParams;
  return { opening: { ...me, ...(await firstAnswers(answering, who, address)) } };
}

/** The month that the address asks for, as the page reads it; without one, the month that it is for the host. */
function monthAsked(request: Request, timeZone: string, now: Date): string {
  const { month, date, slot } = request.query;
  for (const text of [month, date, slot]) {
    const [found] = /^\d{4}-(0[1-9]|1[0-2])/.exec(typeof text === 'string' ? text : '') ?? [];
    if (found !== undefined) return found;
  }
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' }).format(now);
}

/** Every instant of a month in any zone: those reach from UTC+14 to UTC−12. */
function rangeOf(month: string): { from: string; to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const day = (month: number, day: number) => new Date(Date.UTC(year, month, day)).toISOString();
  return { from: day(number - 1, 0), to: day(number, 2) };
}
