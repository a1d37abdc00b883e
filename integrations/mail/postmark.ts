import { Errors, ServerClient, type Message } from 'postmark';
import type { Mailer, OutgoingMail, SendOutcome } from './mailer.ts';
import {
  assertInviteMethod,
  assertMessageKey,
  attachmentName,
  automaticHeaders,
  displayPerson,
  headerText,
  replyToOf,
  subjectLine,
  unsendableAddress,
} from './message.ts';

export type PostmarkOptions = {
  /** The server token; `POSTMARK_API_TEST` is accepted by Postmark and sends nothing. */
  serverToken: string;
  /** Default `outbound`, the stream for transactional mail. */
  messageStream?: string;
  timeoutMs?: number;
  /** Where the API is, for a proxy or a test; default `https://api.postmarkapp.com`. */
  apiUrl?: string;
};

/** The metadata field that brings our key back in webhooks (at most 20 characters by Postmark's rule). */
export const messageKeyField = 'messageKey';

/**
 * Refusals of the mail itself, by Postmark's error code (https://postmarkapp.com/developer/api/overview#error-codes): 300 invalid
 * request (an address, a missing field), 406 inactive recipient (bounced or complained before), 411 forbidden attachment type. All else
 * (token, sender signature, credit, approval, rate) is for an operator or for time to mend.
 */
const refusalCodes = new Set([300, 406, 411]);

/** Postmark's HTTP API. It knows no idempotency key: a send whose answer was lost may arrive twice, under one message key. */
export function createPostmarkMailer(options: PostmarkOptions): Mailer {
  const api = new URL(options.apiUrl ?? 'https://api.postmarkapp.com');
  const client = new ServerClient(options.serverToken, {
    useHttps: api.protocol === 'https:',
    requestHost: api.host,
    timeout: (options.timeoutMs ?? 20_000) / 1000,
  });
  return {
    name: 'postmark',
    async send(mail: OutgoingMail): Promise<SendOutcome> {
      const unsendable = unsendableAddress(mail);
      if (unsendable !== null)
        return { outcome: 'refused', reason: `not an e-mail address: ${JSON.stringify(unsendable)}` };
      try {
        const message = toPostmark(mail, options.messageStream ?? 'outbound');
        const response = await client
          .sendEmail(message)
          .catch((error: unknown) => client.sendEmail(withoutRefusedReplyTo(message, error)));
        return { outcome: 'sent', providerMessageId: response.MessageID };
      } catch (error) {
        const reason = permanentRefusal(error);
        if (reason === null) throw error;
        return { outcome: 'refused', reason };
      }
    },
    close: () => Promise.resolve(),
  };
}

function toPostmark(mail: OutgoingMail, messageStream: string): Message {
  assertInviteMethod(mail);
  assertMessageKey(mail.messageKey);
  const replyTo = replyToOf(mail);
  return {
    From: postmarkAddress(mail.from),
    To: postmarkAddress(mail.to),
    ...(replyTo === undefined ? {} : { ReplyTo: postmarkAddress(replyTo) }),
    Subject: subjectLine(mail.subject),
    HtmlBody: mail.html,
    TextBody: mail.text,
    MessageStream: messageStream,
    TrackOpens: false,
    Headers: Object.entries(automaticHeaders).map(([Name, Value]) => ({ Name, Value })),
    Metadata: { [messageKeyField]: mail.messageKey },
    Attachments: attachments(mail),
  };
}

/**
 * Postmark is stricter about addresses than we are, and refuses the whole mail for one whom it is not even for. @throws the refusal when it is
 * about anything else.
 */
function withoutRefusedReplyTo({ ReplyTo, ...message }: Message, error: unknown): Message {
  const isAboutIt = ReplyTo !== undefined && error instanceof Errors.PostmarkError && /reply-?to/i.test(error.message);
  if (!isAboutIt || error.statusCode !== 422 || error.code !== 300) throw error;
  return message;
}

/** Postmark builds the MIME tree itself: the invite goes as an attachment whose type carries the method. */
function attachments(mail: OutgoingMail): NonNullable<Message['Attachments']> {
  const documents = mail.attachments.map(({ filename, contentType, content }) => ({
    Name: attachmentName(filename),
    ContentType: headerText(contentType, 120),
    Content: Buffer.from(content).toString('base64'),
    ContentID: null,
  }));
  if (mail.invite === undefined) return documents;
  const invite = {
    Name: 'invite.ics',
    ContentType: `text/calendar; charset=utf-8; method=${mail.invite.method}`,
    Content: Buffer.from(mail.invite.content, 'utf8').toString('base64'),
    ContentID: null,
  };
  return [invite, ...documents];
}

/** `"Name" <address>`: a quoted name keeps commas and brackets from starting another recipient. */
function postmarkAddress(person: { name: string; address: string }): string {
  const { name, address } = displayPerson(person);
  return name === '' ? address : `"${name.replace(/[\\"]/g, '\\$&')}" <${address}>`;
}

function permanentRefusal(error: unknown): string | null {
  if (!(error instanceof Errors.PostmarkError)) return null;
  if (error.statusCode === 413) return `too large: ${error.message}`;
  return error.statusCode === 422 && refusalCodes.has(error.code) ? `${error.code}: ${error.message}` : null;
}
