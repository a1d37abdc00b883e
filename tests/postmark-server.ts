import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Postmark's side: takes mails under our key, and refuses addresses that it has set inactive (error 406). */
export type PostmarkServer = {
  url: string;
  taken: { messageKey: string; messageId: string; to: string }[];
  inactive: Set<string>;
  close(): void;
};

type Sent = { To: string; Metadata: { messageKey: string } };

export async function startPostmarkServer(): Promise<PostmarkServer> {
  const taken: PostmarkServer['taken'] = [];
  const inactive = new Set<string>();
  const answer = ({ To, Metadata }: Sent): [number, object] => {
    const to = /<([^<>]+)>$/.exec(To)?.[1] ?? To;
    if (inactive.has(to)) return [422, { ErrorCode: 406, Message: 'The recipient is inactive.' }];
    const messageId = randomUUID();
    taken.push({ messageKey: Metadata.messageKey, messageId, to });
    return [200, { ErrorCode: 0, Message: 'OK', MessageID: messageId, To, SubmittedAt: new Date().toISOString() }];
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [status, body] = answer(JSON.parse(Buffer.concat(chunks).toString()) as Sent);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    inactive,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
