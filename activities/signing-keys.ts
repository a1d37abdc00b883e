import type { Clock } from '#db/clock.ts';
import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { appendAudit, system, type Actor } from '#db/queries/audit.ts';
import { insertNextSigningKey, insertSigningKey, newestSigningKey } from '#db/queries/signing-keys.ts';
import {
  createOrganizationAuthority,
  decodeKeys,
  describeKeys,
  encodeKeys,
  renewKeys,
  rootCertificatePem,
  rotationDue,
  type OrganizationKeys,
} from '#integrations/signing/builtin/authority.ts';

type KeyParts = { database: Database; clock: Clock; cipher: PersonalCipher };
type Organization = { id: string; name: string };

/**
 * The organization's keys: made at first use, kept encrypted under the master key, renewed under the same root when their certificate nears its
 * end. Two first uses at once end with one of them.
 */
export async function organizationKeys(parts: KeyParts, organization: Organization): Promise<OrganizationKeys> {
  const known = await newestSigningKey(parts.database, organization.id);
  if (known) {
    const keys = open(parts, known.privateKeyCipher);
    return rotationDue(keys.signing, parts.clock.now()) ? renew(parts, organization, { id: known.id, keys }) : keys;
  }
  const keys = await createOrganizationAuthority({ organizationName: organization.name, now: parts.clock.now() });
  await insertSigningKey(parts.database, { organizationId: organization.id, ...sealed(parts, keys) });
  return organizationKeys(parts, organization);
}

/**
 * From now on documents are sealed with new keys: under the same root (routine), or under a new one (`lost`: the old root may be in other
 * hands, and must be withdrawn where it was published).
 */
export async function rotateSigningKey(
  parts: KeyParts,
  organization: Organization,
  options: { actor: Actor; reason: 'routine' | 'lost' },
): Promise<OrganizationKeys> {
  const keys = await organizationKeys(parts, organization);
  const known = await newestSigningKey(parts.database, organization.id);
  if (!known) throw new Error(`Organization ${organization.id} has keys, and none is stored.`);
  return renew(parts, organization, { id: known.id, keys }, options);
}

async function renew(
  parts: KeyParts,
  organization: Organization,
  current: { id: string; keys: OrganizationKeys },
  { actor, reason }: { actor: Actor; reason: 'routine' | 'lost' } = { actor: system, reason: 'routine' },
): Promise<OrganizationKeys> {
  const now = parts.clock.now();
  const input = { organizationName: organization.name, now };
  const next = reason === 'lost' ? await createOrganizationAuthority(input) : await renewKeys(current.keys, input);
  const isNext = await parts.database.transaction(async (tx) => {
    const key = { organizationId: organization.id, afterId: current.id, ...sealed(parts, next) };
    if (!(await insertNextSigningKey(tx, key))) return false;
    const { certificateSha256, rootSha256 } = describeKeys(next);
    const detail = { reason, certificateSha256, rootSha256 };
    await appendAudit(tx, { organizationId: organization.id, at: now, actor, action: 'signing_key.rotated', detail });
    return true;
  });
  // Somebody else was first: theirs are the next keys.
  return isNext ? next : organizationKeys(parts, organization);
}

function sealed({ cipher }: KeyParts, keys: OrganizationKeys) {
  return {
    chainPem: rootCertificatePem(keys),
    privateKeyCipher: cipher.sealBytes(encodeKeys(keys), 'signing_key.private_key'),
    notAfter: describeKeys(keys).notAfter,
  };
}

const open = ({ cipher }: KeyParts, privateKeyCipher: Uint8Array): OrganizationKeys =>
  decodeKeys(new Uint8Array(cipher.openBytes(privateKeyCipher, 'signing_key.private_key')));
