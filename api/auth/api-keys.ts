import { randomBytes } from 'node:crypto';
import { apiKeyPrefix, isAllowed, scopeOf } from '#contract/api-keys.ts';
import type { Route } from '#contract/routes.ts';
import { sha256 } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { membershipOf } from '#db/queries/accounts.ts';
import { findApiKey } from '#db/queries/api-keys.ts';
import { Refused } from '../problem.ts';
import type { HostIdentity } from './identity.ts';

/** 256 random bits behind a prefix that secret scanners can look for. */
export const newApiKeyToken = (): string => apiKeyPrefix + randomBytes(32).toString('base64url');

/** The key that a host's request carries, if any. */
export function apiKeyOf(authorization: string | undefined): string | null {
  return /^Bearer (csk_\S+)$/.exec(authorization ?? '')?.[1] ?? null;
}

/**
 * The member whose key it is, as they are now: a role that was taken away is not the key's any more.
 * @throws Refused `api_key_invalid`, `scope_missing`
 */
export async function hostOfApiKey(database: Database, token: string, route: Route): Promise<HostIdentity> {
  const key = await findApiKey(database, sha256(token));
  const member = key && (await membershipOf(database, key.accountId, key.organizationId));
  if (!member) throw new Refused('api_key_invalid');
  const needed = scopeOf(route);
  if (needed === 'none') throw new Refused('scope_missing', { detail: 'No API key may do this: log in.' });
  if (needed !== 'any' && !isAllowed(key.scopes, needed))
    throw new Refused('scope_missing', { context: { needed, granted: key.scopes } });
  // Running the installation is for people at their own pages.
  return { ...member, sessionId: key.id, csrfToken: '', isOperator: false };
}
