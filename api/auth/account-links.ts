import { randomBytes } from 'node:crypto';
import { sha256 } from '#db/personal.ts';
import { insertAccountToken, membershipOf, type TokenPurpose } from '#db/queries/accounts.ts';
import { requestAccountMessage } from '#db/queries/messages.ts';
import type { ApiParts } from '../parts.ts';

const purposes = {
  verify_email: { minutes: 24 * 60, page: 'verify-email' },
  reset_password: { minutes: 30, page: 'reset-password' },
} as const satisfies Record<TokenPurpose, { minutes: number; page: string }>;

/** A single-use link by mail; only its hash is stored. */
export async function mailLink(parts: ApiParts, accountId: string, purpose: TokenPurpose): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  const { minutes, page } = purposes[purpose];
  const messageId = await parts.database.transaction(async (tx) => {
    const member = await membershipOf(tx, accountId);
    if (!member) return null;
    await insertAccountToken(tx, { sha256: sha256(token), accountId, purpose, minutes });
    const payload = {
      address: member.email,
      recipientName: member.name,
      organizationName: member.organizationName,
      locale: member.locale,
      expiresInMinutes: minutes,
      url: `${parts.publicUrl}/${page}#${token}`,
    };
    return requestAccountMessage(tx, {
      organizationId: member.organizationId,
      kind: purpose,
      key: `${purpose}:${sha256(token).toString('hex').slice(0, 32)}`,
      payload: parts.cipher.seal(JSON.stringify(payload), 'message.payload'),
    });
  });
  await sendAccountMail(parts, messageId);
}

/** Starts a mail that was asked for, after the commit; one whose start failed waits for the sweep. */
export async function sendAccountMail(
  parts: { engine: Pick<ApiParts['engine'], 'sendAccountMail'>; log: Pick<ApiParts['log'], 'warn'> },
  messageId: string | null,
): Promise<void> {
  if (messageId === null) return;
  await parts.engine
    .sendAccountMail(messageId)
    .catch((error: unknown) => parts.log.warn({ error }, 'an account mail waits for the sweep'));
}
