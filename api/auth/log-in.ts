import type { Response } from 'express';
import { z } from 'zod';
import { membershipOf, type Membership } from '#db/queries/accounts.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { findTwoFactor } from '#db/queries/two-factor.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { AuthParts } from '../routes/auth-parts.ts';
import { sealedCookie } from './cookies.ts';
import { startSession, type HostIdentity } from './identity.ts';
import { requireCode } from './two-factor.ts';

/** Who logs in, by which way, from where. */
type Arrival = { response: Response; ip: string | null; userAgent: string | null };

const half = z.object({ accountId: z.string(), organizationId: z.string() });
const secondStepMinutes = 10;
const secondStep = (parts: ApiParts) =>
  sealedCookie(parts, { name: 'countersign-second-step', schema: half, minutes: secondStepMinutes });

/**
 * Somebody showed who they are, by password or through another site: a session, or the question for a code where two-factor is on. Between
 * the two steps a sealed cookie says who is half-way in; it opens nothing but the second step.
 * @throws Refused `second_factor_required`
 */
export async function logIn(
  parts: ApiParts,
  auth: AuthParts,
  member: Membership,
  arrival: Arrival,
): Promise<HostIdentity> {
  const twoFactor = await findTwoFactor(parts.database, member.accountId);
  if (!twoFactor?.confirmedAt) return enter(parts, auth, member, arrival);
  const { accountId, organizationId } = member;
  secondStep(parts).write(arrival.response, { accountId, organizationId });
  throw new Refused('second_factor_required');
}

/** @throws Refused when nobody is half-way in here, or the code is wrong */
export async function finishLogIn(
  parts: ApiParts,
  auth: AuthParts,
  { code, cookies, ...arrival }: Arrival & { code: string; cookies: string | undefined },
): Promise<HostIdentity> {
  const cookie = secondStep(parts);
  const who = cookie.read(cookies);
  const member = who && (await membershipOf(parts.database, who.accountId, who.organizationId));
  if (!member) throw new Refused('log_in_expired');
  await requireCode(parts, auth.guesses, { accountId: member.accountId, code, cookies });
  cookie.clear(arrival.response);
  return enter(parts, auth, member, arrival);
}

async function enter(
  parts: ApiParts,
  { guesses }: AuthParts,
  member: Membership,
  { response, ip, userAgent }: Arrival,
): Promise<HostIdentity> {
  await appendAudit(parts.database, {
    organizationId: member.organizationId,
    at: parts.clock.now(),
    actor: { type: 'host', id: member.accountId, ip },
    action: 'session.started',
  });
  const session = await startSession(parts, response, member, { ip, userAgent });
  guesses.rememberDevice(response, member.accountId);
  return session;
}
