import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { sha256 } from '#db/personal.ts';
import type { Database, Scope } from '#db/pool.ts';
import { membershipOf, type Membership } from '#db/queries/accounts.ts';
import { findBookingByToken } from '#db/queries/guest-access.ts';
import { absoluteDays, endSessions, findSession, insertSession } from '#db/queries/sessions.ts';
import type { Reach } from '#contract/permissions.ts';
import { GuestToken } from '#contract/primitives.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';

/** What it takes to tell who is asking. */
export type Doorkeeper = Pick<ApiParts, 'database' | 'publicUrl' | 'operatorEmails'>;

/** A member, with the session that proves it; or the API key's id in its place, which needs no CSRF token. */
export type HostIdentity = Membership & { sessionId: string; csrfToken: string; isOperator: boolean };
/** The same on a route of theirs, with what they may touch there. */
export type HostCaller = HostIdentity & { reach: Exclude<Reach, 'none'> };
/** Whoever holds a booking's secret link. */
export type GuestIdentity = { bookingId: string; organizationId: string };

const sessionCookie = 'countersign';
/** From where somebody logs in. */
export type Origin = { ip: string | null; userAgent: string | null };

/** A new session under a new token: at log-in, and whenever rights change. */
export async function startSession(
  door: Doorkeeper,
  response: Response,
  who: { accountId: string; organizationId: string },
  from: Origin,
): Promise<HostIdentity> {
  const token = randomBytes(32).toString('base64url');
  await insertSession(door.database, {
    ...who,
    tokenSha256: sha256(token),
    userAgent: from.userAgent?.slice(0, 300) ?? null,
    ip: from.ip,
  });
  const maxAgeMs = absoluteDays * 86_400_000;
  setCookie(response, door.publicUrl, { name: sessionCookie, value: token, maxAgeMs });
  const identity = await identityOf(door, token);
  if (!identity) throw new Error('A session that was just made is not there.');
  return identity;
}

/** When what protects an account changes: this browser goes on under a new token, and every other one has to log in again. */
export async function renewSession(
  door: Doorkeeper,
  response: Response,
  host: HostIdentity,
  from: Origin,
): Promise<HostIdentity> {
  const renewed = await startSession(door, response, host, from);
  await endSessions(door.database, host.accountId, renewed.sessionId);
  return renewed;
}

export function forgetCookie(response: Response, publicUrl: string): void {
  clearCookie(response, publicUrl, sessionCookie);
}

export async function hostOfCookies(door: Doorkeeper, cookieHeader: string | undefined): Promise<HostIdentity | null> {
  const token = readCookie(cookieHeader, door.publicUrl, sessionCookie);
  return token ? identityOf(door, token) : null;
}

async function identityOf({ database, operatorEmails }: Doorkeeper, token: string): Promise<HostIdentity | null> {
  const session = await findSession(database, sha256(token));
  const member = session && (await membershipOf(database, session.accountId, session.organizationId));
  if (!member) return null;
  // Anybody can register with the operator's address; only the operator can confirm it.
  const isOperator = member.emailVerifiedAt !== null && operatorEmails.has(member.email.toLowerCase());
  return { ...member, sessionId: session.id, csrfToken: csrfTokenOf(token), isOperator };
}

/** What the caller's request may touch in the database. */
export function scopeOf({ organizationId, hostId, reach }: HostCaller): Scope {
  return reach === 'own' ? { organizationId, onlyHostId: hostId } : { organizationId };
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
