import { randomUUID } from 'node:crypto';
import type { Membership } from '#db/queries/accounts.ts';
import { appendAudit, type Actor } from '#db/queries/audit.ts';
import { requestAccountMessage, type SecurityChange } from '#db/queries/messages.ts';
import type { ApiParts } from '../parts.ts';
import { sendAccountMail } from './account-links.ts';

/** By whom: the owner, from an address, unless somebody else is named. */
type SecurityNotice = { change: SecurityChange; subject?: { type: string; id: string } } & (
  { ip: string | null } | { actor: Actor }
);

/**
 * Whatever changes how one gets into an account is on record, and its owner is told by mail: who did not do it themselves learns of it at
 * once (ASVS 5.0, 6.3.7).
 */
export async function noteSecurityChange(
  parts: Pick<ApiParts, 'database' | 'cipher' | 'clock' | 'publicUrl' | 'engine'> & {
    log: Pick<ApiParts['log'], 'warn'>;
  },
  who: Membership,
  { change, subject, ...by }: SecurityNotice,
): Promise<void> {
  const payload = {
    address: who.email,
    recipientName: who.name,
    organizationName: who.organizationName,
    locale: who.locale,
    change,
    url: `${parts.publicUrl}/dashboard/account`,
  };
  const messageId = await parts.database.transaction(async (tx) => {
    const id = await requestAccountMessage(tx, {
      organizationId: who.organizationId,
      kind: 'security_notice',
      key: `security_notice:${randomUUID()}`,
      payload: parts.cipher.seal(JSON.stringify(payload), 'message.payload'),
    });
    await appendAudit(tx, {
      organizationId: who.organizationId,
      at: parts.clock.now(),
      actor: 'actor' in by ? by.actor : { type: 'host', id: who.accountId, ip: by.ip },
      action: `account.${change}`,
      ...(subject && { subject }),
    });
    return id;
  });
  if (messageId) await sendAccountMail(parts, messageId);
}
