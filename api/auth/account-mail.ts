import type { PersonalCipher } from '#db/personal.ts';
import type { Queryable } from '#db/pool.ts';
import { requestAccountMessage, type AccountMessageKind } from '#db/queries/messages.ts';

/** What a mail about an account says; activities/account-mail.ts reads it. */
export type AccountMail = {
  organizationId: string;
  kind: AccountMessageKind;
  /** Makes a second mail for the same event impossible. */
  key: string;
  payload: { address: string; recipientName: string; organizationName: string; locale: string } & Record<
    string,
    string | number
  >;
};

/** Asks for the mail within the transaction that it tells of. @returns what is sent after the commit. */
export function requestAccountMail(tx: Queryable, cipher: PersonalCipher, mail: AccountMail): Promise<string | null> {
  const payload = cipher.seal(JSON.stringify(mail.payload), 'message.payload');
  return requestAccountMessage(tx, { ...mail, payload });
}
