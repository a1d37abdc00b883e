import type { z } from 'zod';
import type { LogInReturn } from '#contract/accounts.ts';
import { Email, Line } from '#contract/primitives.ts';
import * as accounts from '#db/queries/accounts.ts';
import { linkExternalIdentity, useExternalIdentity } from '#db/queries/external-identities.ts';
import type { Identity } from '#integrations/log-in/provider.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import { openAccount } from './new-account.ts';
import { noteSecurityChange } from './security-notice.ts';

type Arrived = { identity: Identity; provider: string; ip: string | null; from: z.output<typeof LogInReturn> };
type Found = { member: accounts.Membership; isNew: boolean };

/**
 * Whose account an identity opens. In this order:
 * 1. the identity is linked: that account.
 * 2. its address has an account: it is linked now, if both sides vouch for the address, the other site and we ourselves. An account whose
 *    address nobody has confirmed may have been made by somebody else, who knows its password and waits for the owner to move in.
 * 3. nobody has the address: a new account, if the other site vouches for it.
 * @throws Refused `email_not_vouched`, `email_unconfirmed`
 */
export async function accountOfIdentity(parts: ApiParts, arrived: Arrived): Promise<Found> {
  const { identity } = arrived;
  const linked = await useExternalIdentity(parts.database, identity);
  if (linked) return { member: await memberOf(parts, linked), isNew: false };
  const email = Email.safeParse(identity.email).data;
  if (email === undefined || !identity.emailVerified) throw new Refused('email_not_vouched');
  const known = await accounts.findCredentials(parts.database, email);
  if (!known) return { member: await register(parts, arrived, email), isNew: true };
  const member = await memberOf(parts, known.accountId);
  if (!member.emailVerifiedAt) throw new Refused('email_unconfirmed');
  await link(parts, member, arrived);
  return { member, isNew: false };
}

/** Somebody who is logged in adds an identity, whatever its address: they have shown both. @throws Refused `identity_taken` */
export async function link(parts: ApiParts, member: accounts.Membership, arrived: Arrived): Promise<void> {
  const { identity, provider, ip } = arrived;
  const { accountId } = member;
  if (!(await linkExternalIdentity(parts.database, { ...identity, accountId, provider }))) {
    if ((await useExternalIdentity(parts.database, identity)) === accountId) return;
    throw new Refused('identity_taken');
  }
  await noteSecurityChange(parts, member, { change: 'log_in_linked', ip });
}

async function memberOf({ database }: ApiParts, accountId: string): Promise<accounts.Membership> {
  const member = await accounts.membershipOf(database, accountId);
  if (!member) throw new Refused('log_in_refused');
  return member;
}

async function register(parts: ApiParts, arrived: Arrived, email: string): Promise<accounts.Membership> {
  const { identity, provider, ip, from } = arrived;
  const name = Line(120).safeParse(identity.name).data ?? email.slice(0, email.indexOf('@'));
  const { accountId } = await openAccount(parts, {
    email,
    name,
    organizationName: name,
    passwordHash: null,
    timeZone: from.timeZone,
    locale: from.locale,
    emailVerified: true,
    ip,
  });
  await linkExternalIdentity(parts.database, { ...identity, accountId, provider });
  return memberOf(parts, accountId);
}
