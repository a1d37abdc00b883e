import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { sha256 } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { membershipOf, type Membership } from '#db/queries/accounts.ts';
import { findBookingByToken } from '#db/queries/guest-access.ts';
import { findSession, insertSession } from '#db/queries/sessions.ts';
import { GuestToken } from '#contract/primitives.ts';
import { Refused } from '../problem.ts';

/** A logged-in member, with the session that proves it. */
export type HostIdentity = Membership & { sessionId: string; csrfToken: string };
/** Whoever holds a booking's secret link. */
export type GuestIdentity = { bookingId: string; organizationId: string };

const sessionDays = 60;

/** `__Host-` binds the cookie to this origin (RFC 6265bis), but browsers want https for it. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-countersign' : 'countersign';
}

/** A new session under a new token: at log-in, and whenever rights change. */
export async function startSession(
  database: Database,
  response: Response,
  who: { accountId: string; organizationId: string },
  from: { publicUrl: string; ip: string | null; userAgent: string | null },
): Promise<HostIdentity> {
  const token = randomBytes(32).toString('base64url');
  await insertSession(database, {
    ...who,
    tokenSha256: sha256(token),
    userAgent: from.userAgent?.slice(0, 300) ?? null,
    ip: from.ip,
  });
  response.cookie(sessionCookieName(from.publicUrl), token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: from.publicUrl.startsWith('https:'),
    path: '/',
    maxAge: sessionDays * 86_400_000,
  });
  const identity = await identityOf(database, token);
  if (!identity) throw new Error('A session that was just made is not there.');
  return identity;
}

export function forgetCookie(response: Response, publicUrl: string): void {
  response.clearCookie(sessionCookieName(publicUrl), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: publicUrl.startsWith('https:'),
  });
}

export async function hostOfCookies(
  database: Database,
  cookieHeader: string | undefined,
  publicUrl: string,
): Promise<HostIdentity | null> {
  const token = parseCookie(cookieHeader ?? '')[sessionCookieName(publicUrl)];
  return token ? identityOf(database, token) : null;
}

async function identityOf(database: Database, token: string): Promise<HostIdentity | null> {
  const session = await findSession(database, sha256(token));
  const member = session && (await membershipOf(database, session.accountId, session.organizationId));
  return member && { ...member, sessionId: session.id, csrfToken: csrfTokenOf(token) };
}

/** Derived from the cookie that other sites cannot read: only our own pages can repeat it. */
function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf:${token}`).digest('base64url');
}

/** Cookie requests that change something must come from our own pages: the header no other site can know. */
export function requireOwnPage(request: Request, host: HostIdentity): void {
  const sent = Buffer.from(request.get('x-csrf-token') ?? '');
  const expected = Buffer.from(host.csrfToken);
  if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) throw new Refused('csrf_refused');
}

/** The booking behind `Authorization: Bearer <token>`. An unknown token gets what an absent one gets. */
export async function guestOfHeader(database: Database, authorization: string | undefined): Promise<GuestIdentity> {
  const token = /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
  const guest = token ? await guestOfToken(database, token) : null;
  if (!guest) throw new Refused('not_found', { detail: 'This booking link is not complete, or the booking is gone.' });
  return guest;
}

export async function guestOfToken(database: Database, token: string): Promise<GuestIdentity | null> {
  if (!GuestToken.safeParse(token).success) return null;
  return findBookingByToken(database, sha256(token));
}
