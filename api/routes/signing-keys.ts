import type { Actor } from '#db/queries/audit.ts';
import { signingKeysOf } from '#db/queries/signing-keys.ts';
import { decodeKeys, describeKeys } from '#integrations/signing/builtin/authority.ts';
import type { ApiParts } from '../parts.ts';
import type { Handlers } from '../route.ts';

/** The keys that an organization seals with. Private parts never leave this process. */
export function signingKeyRoutes(parts: ApiParts): Pick<Handlers, 'listSigningKeys' | 'rotateSigningKey'> {
  return {
    listSigningKeys: ({ who }) => present(parts, who.organizationId),
    rotateSigningKey: async ({ who, body, ip }) => {
      const { organizationId, organizationName, accountId } = who;
      const actor: Actor = { type: 'host', id: accountId, ip };
      await parts.rotateSigningKey({ id: organizationId, name: organizationName }, { actor, reason: body.reason });
      return present(parts, organizationId);
    },
  };
}

async function present({ database, cipher }: ApiParts, organizationId: string) {
  const keys = await signingKeysOf(database, organizationId);
  return {
    items: keys.map(({ id, createdAt, privateKeyCipher }, index) => {
      const bytes = new Uint8Array(cipher.openBytes(privateKeyCipher, 'signing_key.private_key'));
      const { notAfter, ...fingerprints } = describeKeys(decodeKeys(bytes));
      const times = { createdAt: createdAt.toISOString(), notAfter: notAfter.toISOString() };
      return { id, ...times, ...fingerprints, seals: index === 0 };
    }),
  };
}
