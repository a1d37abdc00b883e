import { Scope, type ApiKey } from '#contract/api-keys.ts';
import { sha256 } from '#db/personal.ts';
import { asOrganization } from '#db/pool.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { apiKeysOf, insertApiKey, revokeApiKey, type ListedApiKey } from '#db/queries/api-keys.ts';
import { newApiKeyToken } from '../auth/api-keys.ts';
import type { HostIdentity } from '../auth/identity.ts';
import { noteSecurityChange } from '../auth/security-notice.ts';
import { scopeOf } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Handlers } from '../route.ts';

type ApiKeyHandlers = Pick<Handlers, 'listApiKeys' | 'createApiKey' | 'revokeApiKey'>;

/** What programs get in with. */
export function apiKeyRoutes(parts: ApiParts): ApiKeyHandlers {
  const { database } = parts;
  return {
    listApiKeys: async ({ who }) => {
      const keys = await asOrganization(database, scopeOf(who), (tx) =>
        apiKeysOf(tx, who.organizationId, whoseKeys(who)),
      );
      return { items: keys.map(apiKey) };
    },
    createApiKey: async ({ who, body, idFor, ip }) => {
      const token = newApiKeyToken();
      const made = await asOrganization(database, scopeOf(who), (tx) =>
        insertApiKey(tx, {
          ...body,
          id: idFor(`api-key:${who.accountId}@${who.organizationId}`),
          organizationId: who.organizationId,
          accountId: who.accountId,
          tokenSha256: sha256(token),
          hint: token.slice(-4),
        }),
      );
      const subject = { type: 'api_key', id: made.id };
      await noteSecurityChange(parts, who, { change: 'api_key_created', ip, subject });
      return { ...apiKey({ ...made, memberName: who.name }), token };
    },
    revokeApiKey: async ({ who, params, ip }) => {
      const { organizationId } = who;
      const isRevoked = await asOrganization(database, { organizationId }, (tx) =>
        revokeApiKey(tx, { id: params.id, organizationId, accountId: whoseKeys(who) }),
      );
      if (!isRevoked) throw new Refused('not_found');
      await appendAudit(database, {
        organizationId,
        at: parts.clock.now(),
        actor: { type: 'host', id: who.accountId, ip },
        action: 'account.api_key_revoked',
        subject: { type: 'api_key', id: params.id },
      });
    },
  };
}

/** Members see their own; owners and admins answer for the organization's. */
const whoseKeys = ({ role, accountId }: HostIdentity): string | null => (role === 'MEMBER' ? accountId : null);

function apiKey({ id, name, hint, scopes, memberName, createdAt, expiresAt, lastUsedAt }: ListedApiKey): ApiKey {
  return {
    id,
    name,
    hint,
    // A scope that this version does not know allows nothing.
    scopes: scopes.flatMap((scope) => Scope.safeParse(scope).data ?? []),
    memberName,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
