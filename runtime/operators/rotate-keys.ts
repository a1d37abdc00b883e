import { sql } from 'slonik';
import { z } from 'zod';
import { rotateSigningKey } from '#activities/signing-keys.ts';
import { keyBacklog, rotateToNewestKey } from '#db/changes/rotate-keys.ts';
import { matchedByOlderKeysUntil } from '#db/queries/idempotency.ts';
import { valuesWithoutKey } from '#db/queries/inspection.ts';
import { describeKeys } from '#integrations/signing/builtin/authority.ts';
import { CommandFailed, type Outcome } from '../cli/terminal.ts';
import type { Progress } from '../progress.ts';
import { withRunningSystem } from './running-system.ts';

/** Everything under the newest master key; or only what is left until it is. @throws CommandFailed when one that is in use was not given */
export async function rotateMasterKey(options: { onlyCheck: boolean }, report: Progress): Promise<Outcome> {
  return withRunningSystem(report, async (shared) => {
    const { database, cipher, vault } = shared;
    const closed = await valuesWithoutKey(database, cipher);
    if (closed.length > 0) throw new CommandFailed(closed.map(lacks).join('\n'));
    const done = options.onlyCheck
      ? null
      : await rotateToNewestKey({ database, cipher, rewrap: (wrapped) => vault.rewrap(wrapped) });
    const left = await keyBacklog(shared);
    const fine = Object.values(left).every((count) => count === 0);
    const repeatsUntil = await matchedByOlderKeysUntil(database, cipher);
    const when = repeatsUntil
      ? `, from ${repeatsUntil.toISOString()} on: until then a request with an Idempotency-Key from before it would be refused when it is repeated`
      : '';
    const verdict = fine
      ? `Everything is under the key ${cipher.keyId}: older keys can be taken out of MASTER_KEY${when}.`
      : `Not all is under the key ${cipher.keyId} yet; keep the older keys.`;
    const lines = [...(done ? [`Rewritten: ${countsOf(done)}.`] : []), `Left: ${countsOf(left)}.`, verdict];
    return { fine, lines, data: { keyId: cipher.keyId, rewritten: done, left, repeatsUntil } };
  });
}

const lacks = ({ keyId, count }: { keyId: string; count: number }): string =>
  `MASTER_KEY lacks the key named ${keyId}, under which ${count} values were encrypted: give this command what the processes have.`;

const organizationRow = z.object({ id: z.string(), name: z.string() });

/** @throws CommandFailed when there is no such organization */
export async function rotateOrganizationKey(
  slug: string,
  reason: 'routine' | 'lost',
  report: Progress,
): Promise<Outcome> {
  return withRunningSystem(report, async (shared) => {
    const organization = await shared.database.maybeOne(
      sql.type(organizationRow)`select id, name from organization where slug = ${slug}`,
    );
    if (!organization) throw new CommandFailed(`There is no organization with the link name ${slug}.`);
    const actor = { type: 'operator', id: null, ip: null } as const;
    const keys = describeKeys(await rotateSigningKey(shared, organization, { actor, reason }));
    const lines = [
      `${organization.name} seals with a new key from now on: certificate ${keys.certificateSha256}.`,
      ...(reason === 'lost' ? [`Its root is new: publish ${keys.rootSha256}, and withdraw the old one.`] : []),
    ];
    return { fine: true, lines, data: { ...keys, notAfter: keys.notAfter.toISOString(), reason } };
  });
}

const countsOf = ({ columns, searches, links, documents }: Awaited<ReturnType<typeof keyBacklog>>): string =>
  `${columns} personal values, ${searches} bookings’ search words, ${links} bookings’ links, ${documents} documents’ keys`;
