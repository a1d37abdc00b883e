import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { OutgoingMail } from './mailer.ts';
import { createMailer } from './create-mailer.ts';

const mail: OutgoingMail = {
  messageKey: 'booking-1.confirmed',
  from: { name: 'Demo, Organization', address: 'meetings@example.org' },
  replyTo: { name: 'Demo Host', address: 'host@example.org' },
  to: { name: 'Ada "A" Guest\r\nBcc: evil@example.net', address: 'guest@example.com' },
  subject: 'Confirmed\r\nBcc: evil@example.net',
  html: '<p>Hello</p>',
  text: 'Hello',
  invite: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' },
  attachments: [{ filename: 'NDA.pdf', contentType: 'application/pdf', content: new Uint8Array([1, 2, 3]) }],
};

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Request = { path: string; token: string; body: Record<string, unknown> };

/** Speaks the `/email` endpoint of Postmark's API: JSON in, `ErrorCode` and `Message` out. */
async function startPostmark(
  status: number,
  answer: object | null,
  /** To the second request and those after it: taken. */
  later?: object,
): Promise<{ apiUrl: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const token = String(request.headers['x-postmark-server-token']);
      requests.push({
        path: request.url ?? '',
        token,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      });
      if (answer === null) return;
      if (later !== undefined && requests.length > 1)
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(later));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { apiUrl: `http://127.0.0.1:${address.port}`, requests };
}

const accepted = {
  ErrorCode: 0,
  Message: 'OK',
  MessageID: 'b7bc2f4a-e38e-4336-af7d-e6c392c2f817',
  To: 'guest@example.com',
};
const postmark = (apiUrl: string, timeoutMs = 5_000) =>
  createMailer({ driver: 'postmark', serverToken: 'token', apiUrl, timeoutMs });

describe('the Postmark driver', () => {
  it('sends mail, invite and document under our key', async () => {
    const { apiUrl, requests } = await startPostmark(200, accepted);
    expect(await postmark(apiUrl).send(mail)).toEqual({ outcome: 'sent', providerMessageId: accepted.MessageID });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ path: '/email', token: 'token' });
    expect(requests[0]?.body).toMatchObject({
      MessageStream: 'outbound',
      Metadata: { messageKey: 'booking-1.confirmed' },
      Attachments: [
        { Name: 'invite.ics', ContentType: 'text/calendar; charset=utf-8; method=REQUEST' },
        { Name: 'NDA.pdf', ContentType: 'application/pdf', Content: 'AQID' },
      ],
    });
  });

  it('quotes names and lets no line break through', async () => {
    const { apiUrl, requests } = await startPostmark(200, accepted);
    await postmark(apiUrl).send(mail);
    expect(requests[0]?.body).toMatchObject({
      From: '"Demo, Organization" <meetings@example.org>',
      To: '"Ada \\"A\\" Guest Bcc: evil@example.net" <guest@example.com>',
      Subject: 'Confirmed Bcc: evil@example.net',
    });
  });

  it.each([
    [422, 300, 'Invalid email request'],
    [422, 406, 'You tried to send to recipient(s) that have been marked as inactive.'],
    [422, 411, 'Forbidden attachment type'],
    [413, 0, 'Payload too large'],
  ])('says that a mail is refused on HTTP %i with code %i', async (status, code, message) => {
    const { apiUrl } = await startPostmark(status, { ErrorCode: code, Message: message });
    const outcome = await postmark(apiUrl).send(mail);
    expect(outcome).toEqual({ outcome: 'refused', reason: expect.stringContaining(message) as string });
  });

  it.each([
    [401, 10, 'Bad or missing API token'],
    [422, 400, 'Sender signature not found'],
    [422, 405, 'Not allowed to send'],
    [429, 0, 'Rate limit exceeded'],
    [500, 0, 'Internal server error'],
    [503, 100, 'Maintenance'],
  ])('throws on HTTP %i with code %i, which is no fault of the mail', async (status, code, message) => {
    const { apiUrl } = await startPostmark(status, { ErrorCode: code, Message: message });
    await expect(postmark(apiUrl).send(mail)).rejects.toThrow(message);
  });

  it('sends without the address for answers when that is what is refused', async () => {
    const refused = { ErrorCode: 300, Message: "Error parsing 'ReplyTo': Illegal email address." };
    const { apiUrl, requests } = await startPostmark(422, refused, accepted);
    expect(await postmark(apiUrl).send(mail)).toEqual({ outcome: 'sent', providerMessageId: accepted.MessageID });
    expect(requests.map(({ body }) => body['ReplyTo'] !== undefined)).toEqual([true, false]);
    const alwaysRefused = await startPostmark(422, refused);
    expect(await postmark(alwaysRefused.apiUrl).send(mail)).toMatchObject({ outcome: 'refused' });
    expect(alwaysRefused.requests).toHaveLength(2);
  });

  it('gives up on an API that does not answer in time', async () => {
    const { apiUrl } = await startPostmark(200, null);
    const startedAt = performance.now();
    await expect(postmark(apiUrl, 200).send(mail)).rejects.toThrow(/timeout|aborted/i);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('names nobody for answers whose address cannot be written', async () => {
    const { apiUrl, requests } = await startPostmark(200, accepted);
    const replyTo = { name: 'Ada', address: 'ada@localhost\r\nBcc: evil@example.net' };
    expect(await postmark(apiUrl).send({ ...mail, replyTo })).toMatchObject({ outcome: 'sent' });
    expect(requests[0]?.body).not.toHaveProperty('ReplyTo');
  });

  it('refuses what is not an address without asking Postmark', async () => {
    const { apiUrl, requests } = await startPostmark(200, accepted);
    const outcome = await postmark(apiUrl).send({ ...mail, to: { name: '', address: 'a@example.com, b@example.com' } });
    expect(outcome.outcome).toBe('refused');
    expect(requests).toHaveLength(0);
  });
});
