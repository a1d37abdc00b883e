import { createMailbox, type MailboxOptions } from './mailbox.ts';
import type { Mailer } from './mailer.ts';
import { onceEach } from './once-each.ts';
import { createPostmarkMailer, type PostmarkOptions } from './postmark.ts';
import { createSmtpMailer, type SmtpOptions } from './smtp.ts';

export type MailerOptions =
  | ({ driver: 'mailbox' } & MailboxOptions)
  | ({ driver: 'smtp' } & SmtpOptions)
  | ({ driver: 'postmark' } & PostmarkOptions);

export function createMailer(options: MailerOptions): Mailer {
  return onceEach(driverOf(options));
}

function driverOf(options: MailerOptions): Mailer {
  switch (options.driver) {
    case 'mailbox':
      return createMailbox(options);
    case 'smtp':
      return createSmtpMailer(options);
    case 'postmark':
      return createPostmarkMailer(options);
  }
}
