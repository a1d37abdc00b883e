import { webcrypto } from 'node:crypto';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutgoingMail } from './mailer.ts';
import { buildMessage } from './message.ts';
import { createSmtpMailer, type SmtpOptions } from './smtp.ts';

const mail: OutgoingMail = {
  messageKey: 'booking-1.confirmed',
  from: { name: 'Demo Organization', address: 'meetings@example.org' },
  to: { name: 'Ada "A" Güest', address: 'guest@example.com' },
  subject: 'Bestätigt',
  html: '<p>Grüße</p>',
  text: 'Grüße\n.\nnach dem Punkt',
  invite: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' },
  attachments: [{ filename: 'NDA.pdf', contentType: 'application/pdf', content: new Uint8Array([1, 2, 3]) }],
};

let certificate: { key: string; cert: string };
beforeAll(async () => {
  certificate = await selfSigned('localhost');
});

async function selfSigned(host: string): Promise<{ key: string; cert: string }> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const made = new pkijs.Certificate({ version: 2, serialNumber: new asn1js.Integer({ value: 1 }) });
  for (const name of [made.issuer, made.subject]) {
    name.typesAndValues.push(
      new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: host }) }),
    );
  }
  made.notBefore.value = new Date(Date.now() - 60_000);
  made.notAfter.value = new Date(Date.now() + 3_600_000);
  const alternativeName = new pkijs.GeneralNames({ names: [new pkijs.GeneralName({ type: 2, value: host })] });
  made.extensions = [new pkijs.Extension({ extnID: '2.5.29.17', extnValue: alternativeName.toSchema().toBER() })];
  await made.subjectPublicKeyInfo.importKey(keys.publicKey);
  await made.sign(keys.privateKey, 'SHA-256');
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: pem('PRIVATE KEY', key), cert: pem('CERTIFICATE', made.toSchema(true).toBER()) };
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Received = { raw: Buffer; from: string; to: string[]; user: unknown; secure: boolean };

async function startServer(options: SMTPServerOptions): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    closeTimeout: 100,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          raw: Buffer.concat(chunks),
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: session.user,
          secure: session.secure,
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, received };
}

function mailer(port: number, options: Partial<SmtpOptions> = {}) {
  const created = createSmtpMailer({
    host: 'localhost',
    port,
    security: 'none',
    auth: null,
    timeoutMs: 5_000,
    ...options,
  });
  closers.push(() => created.close());
  return created;
}

function replying(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

/** Everything but what differs from one building to the next: the date and the boundaries. */
function settled(raw: Buffer): string {
  return raw
    .toString('latin1')
    .replace(/^Date: .*$/m, 'Date:')
    .replace(/--_NmP-[0-9a-f]+/g, '--boundary')
    .trimEnd();
}

describe('the SMTP driver', () => {
  it('sends the very message that the local mailbox would keep', async () => {
    const { port, received } = await startServer({ disabledCommands: ['STARTTLS', 'AUTH'] });
    const outcome = await mailer(port).send(mail);
    expect(outcome).toEqual({ outcome: 'sent', providerMessageId: '<booking-1.confirmed@example.org>' });
    expect(received).toMatchObject([{ from: 'meetings@example.org', to: ['guest@example.com'], secure: false }]);
    expect(settled(received[0]!.raw)).toBe(settled((await buildMessage(mail)).raw));
    expect((await PostalMime.parse(received[0]!.raw)).text).toContain('nach dem Punkt');
  });

  it.each(['tls', 'starttls'] as const)('logs in over %s', async (security) => {
    const { port, received } = await startServer({
      ...certificate,
      secure: security === 'tls',
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        username === 'meetings' && password === 'right' ? done(null, { user: username }) : done(replying(535, 'no')),
    });
    const auth = { user: 'meetings', password: 'right' };
    const outcome = await mailer(port, { security, auth, certificateAuthority: certificate.cert }).send(mail);
    expect(outcome.outcome).toBe('sent');
    expect(received).toMatchObject([{ user: 'meetings', secure: true }]);
  });

  it('does not send through a connection that should be encrypted and is not', async () => {
    const { port, received } = await startServer({ disabledCommands: ['STARTTLS'] });
    await expect(mailer(port, { security: 'starttls' }).send(mail)).rejects.toThrow();
    expect(received).toHaveLength(0);
  });

  it('does not trust a certificate that nobody vouches for', async () => {
    const { port, received } = await startServer({ ...certificate, secure: true });
    await expect(mailer(port, { security: 'tls' }).send(mail)).rejects.toThrow(/certificate/i);
    expect(received).toHaveLength(0);
  });

  it('takes a wrong password for a failure of ours, not of the mail', async () => {
    const { port } = await startServer({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(replying(535, 'wrong password')),
    });
    await expect(mailer(port, { auth: { user: 'meetings', password: 'wrong' } }).send(mail)).rejects.toThrow('535');
  });

  it('throws on a passing refusal, and sends when asked again', async () => {
    let refusals = 1;
    const { port, received } = await startServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: (_address, _session, done) => (refusals-- > 0 ? done(replying(451, 'try again later')) : done()),
    });
    const smtp = mailer(port);
    await expect(smtp.send(mail)).rejects.toThrow('451');
    expect((await smtp.send(mail)).outcome).toBe('sent');
    expect(received).toHaveLength(1);
  });

  it('says that a mail is refused when the server refuses the address for good', async () => {
    const { port } = await startServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onRcptTo: (_address, _session, done) => done(replying(550, 'no such user')),
    });
    const outcome = await mailer(port).send(mail);
    expect(outcome).toEqual({ outcome: 'refused', reason: expect.stringContaining('no such user') as string });
  });

  it('says that a mail is refused when the server refuses its content for good', async () => {
    const { port } = await startServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => done(replying(554, 'content rejected')));
      },
    });
    expect(await mailer(port).send(mail)).toMatchObject({ outcome: 'refused' });
  });

  it('gives up on a server that does not answer in time', async () => {
    const { port } = await startServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onData(stream, _session, done) {
        stream.resume();
        stream.on('end', () => setTimeout(done, 3_000).unref());
      },
    });
    const startedAt = performance.now();
    await expect(mailer(port, { timeoutMs: 200 }).send(mail)).rejects.toThrow(/timeout/i);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('sends at the first attempt after the server closed an idle connection', async () => {
    const { port, received } = await startServer({ disabledCommands: ['STARTTLS', 'AUTH'], socketTimeout: 400 });
    const smtp = mailer(port);
    await smtp.send(mail);
    await new Promise((resolve) => setTimeout(resolve, 900));
    await smtp.send({ ...mail, messageKey: 'booking-2.confirmed' });
    expect(received).toHaveLength(2);
  });

  it('sends many mails over few connections', async () => {
    let connections = 0;
    const { port, received } = await startServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      onConnect: (_session, done) => {
        connections += 1;
        done();
      },
    });
    const smtp = mailer(port, { maxConnections: 2 });
    await Promise.all(Array.from({ length: 20 }, (_, index) => smtp.send({ ...mail, messageKey: `booking-${index}` })));
    expect(received).toHaveLength(20);
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('throws when nobody listens', async () => {
    const { port } = await startServer({ disabledCommands: ['STARTTLS'] });
    await closers.pop()?.();
    await expect(mailer(port).send(mail)).rejects.toThrow();
  });
});
