import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** A mail server of the world outside: takes mails, refuses addresses it is told to, and can be away for a while. */
export type MailServer = {
  /** As `SMTP_URL` takes it. */
  url: string;
  received: { to: string; mail: Email }[];
  /** Addresses that are refused for good, each with the server's words. */
  refusals: Map<string, string>;
  /** Addresses that it takes nothing for just now: a passing failure (451). */
  puttingOff: Set<string>;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
};

export async function startMailServer(): Promise<MailServer> {
  const received: MailServer['received'] = [];
  const refusals = new Map<string, string>();
  const puttingOff = new Set<string>();
  let server: SMTPServer | null = null;
  let port = 0;
  const listen = () =>
    new Promise<void>((resolve, reject) => {
      server = createServer({ received, refusals, puttingOff });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server?.server.address();
        if (address && typeof address === 'object') port = address.port;
        server?.on('error', () => undefined);
        resolve();
      });
    });
  await listen();
  return {
    url: `smtp://127.0.0.1:${port}?tls=none`,
    received,
    refusals,
    puttingOff,
    goAway: () =>
      new Promise((resolve) => {
        if (server) server.close(() => resolve());
        else resolve();
        server = null;
      }),
    comeBack: listen,
  };
}

function createServer(state: Pick<MailServer, 'received' | 'refusals' | 'puttingOff'>): SMTPServer {
  const { received, refusals, puttingOff } = state;
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    closeTimeout: 100,
    onRcptTo({ address }, _session, done) {
      const words = refusals.get(address);
      if (puttingOff.has(address)) done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
      else done(words === undefined ? null : Object.assign(new Error(words), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          received.push({ to, mail });
          done();
        });
      });
    },
  });
}
