import { randomUUID } from 'node:crypto';
import type { Membership } from '#db/queries/accounts.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { requestAccountMessage, type SecurityChange } from '#db/queries/messages.ts';
import type { ApiParts } from '../parts.ts';
import { sendAccountMail } from './account-links.ts';

/**
 * Whatever changes how one gets into an account is on record, and its owner is told by mail: who did not do it themselves learns of it at
 * once (ASVS 5.0, 6.3.7).
 */
export async function noteSecurityChange(
  parts: ApiParts,
  who: Membership,
  { change, ip, subject }: { change: SecurityChange; ip: string | null; subject?: { type: string; id: string } },
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
      at: new Date(),
      actor: { type: 'host', id: who.accountId, ip },
      action: `account.${change}`,
      ...(subject && { subject }),
    });
    return id;
  });
  if (messageId) await sendAccountMail(parts, messageId);
}
