import { asOrganization, type Queryable, type Transaction } from '#db/pool.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { isCurrentHost } from '#db/queries/members.ts';
import type { AuditAction } from '#domain/audit-actions.ts';
import { scopeOf, type HostCaller } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';

type Work<T> = (tx: Transaction) => Promise<T>;
/** Reads or changes what is offered, as the asking person's organization. */
export const as = <T>(parts: ApiParts, who: HostCaller, work: Work<T>): Promise<T> =>
  asOrganization(parts.database, scopeOf(who), work);

/** Whose things a request is about: one's own, or those of the host that it names. */
export async function hostOf(
  tx: Queryable,
  who: HostCaller,
  { hostId }: { hostId?: string | undefined },
): Promise<Owner> {
  const { organizationId } = who;
  if (hostId === undefined || hostId === who.hostId) return { organizationId, hostId: who.hostId };
  if (who.reach === 'own' || !(await isCurrentHost(tx, organizationId, hostId))) throw new Refused('not_found');
  return { organizationId, hostId };
}
export type Owner = { organizationId: string; hostId: string };

/** A change to what is offered, with its audit entry last. */
export async function change<T>(
  parts: ApiParts,
  call: { who: HostCaller; ip: string | null },
  action: AuditAction,
  work: Work<{ id: string; result: T }>,
): Promise<T> {
  return as(parts, call.who, async (tx) => {
    const { id, result } = await work(tx);
    const { organizationId, accountId } = call.who;
    const [type = action] = action.split('.');
    await appendAudit(tx, {
      organizationId,
      at: parts.clock.now(),
      actor: { type: 'host', id: accountId, ip: call.ip },
      action,
      subject: { type, id },
    });
    return result;
  });
}
