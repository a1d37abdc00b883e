import { createTransport, type NodemailerError } from 'nodemailer';
import type { Mailer, OutgoingMail, SendOutcome } from './mailer.ts';
import { buildMessage, unsendableAddress } from './message.ts';

export type SmtpOptions = {
  host: string;
  port: number;
  /** `tls` from the first byte (465), `starttls` demanded (587), `none` for a server in the same machine or network. */
  security: 'tls' | 'starttls' | 'none';
  auth: { user: string; password: string } | null;
  /** PEM, for a server whose certificate no public authority signed. */
  certificateAuthority?: string;
  /** How long any one answer of the server may take; default 20 s. */
  timeoutMs?: number;
  maxConnections?: number;
};

/** A pool of connections to one SMTP server. Nothing is retried here: a passing failure throws, and the caller decides. */
export function createSmtpMailer(options: SmtpOptions): Mailer {
  const timeoutMs = options.timeoutMs ?? 20_000;
  const transport = createTransport({
    pool: true,
    maxConnections: options.maxConnections ?? 4,
    maxRequeues: 0,
    host: options.host,
    port: options.port,
    secure: options.security === 'tls',
    requireTLS: options.security === 'starttls',
    ignoreTLS: options.security === 'none',
    ...(options.auth === null ? {} : { auth: { user: options.auth.user, pass: options.auth.password } }),
    tls: {
      minVersion: 'TLSv1.2',
      ...(options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }),
    },
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    name: 'smtp',
    async send(mail: OutgoingMail): Promise<SendOutcome> {
      const unsendable = unsendableAddress(mail);
      if (unsendable !== null)
        return { outcome: 'refused', reason: `not an e-mail address: ${JSON.stringify(unsendable)}` };
      const { messageId, envelope, raw } = await buildMessage(mail);
      try {
        await transport.sendMail({ envelope, raw });
        return { outcome: 'sent', providerMessageId: messageId };
      } catch (error) {
        const reason = permanentRefusal(error as NodemailerError);
        if (reason === null) throw error;
        return { outcome: 'refused', reason };
      }
    },
    close() {
      transport.close();
      return Promise.resolve();
    },
  };
}

/**
 * A 5yz reply to the envelope or the message will be the same next time (RFC 5321, 4.2.1). A 5yz reply to the greeting or to
 * authentication, and 503 and 530, speak of the connection and not of the mail: an operator can mend it, so it stays a failure.
 */
function permanentRefusal(error: NodemailerError): string | null {
  const code = error.responseCode;
  if (code === undefined || code < 500 || code >= 600 || code === 503 || code === 530) return null;
  if (error.code !== 'EENVELOPE' && error.code !== 'EMESSAGE') return null;
  return error.response ?? error.message;
}
