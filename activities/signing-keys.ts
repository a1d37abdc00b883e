import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { insertSigningKey, newestSigningKey } from '#db/queries/signing-keys.ts';
import {
  createOrganizationAuthority,
  decodeKeys,
  encodeKeys,
  rootCertificatePem,
  type OrganizationKeys,
} from '#integrations/signing/builtin/authority.ts';

const yearMs = 365 * 86_400_000;

/** The organization's keys: made at first use, kept encrypted under the master key. Two first uses at once end with one of them. */
export async function organizationKeys(
  parts: { database: Database; cipher: PersonalCipher },
  organization: { id: string; name: string },
): Promise<OrganizationKeys> {
  const known = await newestSigningKey(parts.database, organization.id);
  if (known)
    return decodeKeys(new Uint8Array(parts.cipher.openBytes(known.privateKeyCipher, 'signing_key.private_key')));
  const now = new Date();
  const keys = await createOrganizationAuthority({ organizationName: organization.name, now });
  await insertSigningKey(parts.database, {
    organizationId: organization.id,
    chainPem: rootCertificatePem(keys),
    privateKeyCipher: parts.cipher.sealBytes(encodeKeys(keys), 'signing_key.private_key'),
    notAfter: new Date(now.getTime() + 3 * yearMs),
  });
  return organizationKeys(parts, organization);
}
