import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

/** A mail as it came over the wire. */
export type ReceivedMail = {
  messageId: string;
  recipient: string;
  /** Whether the sender was told that it is taken; one that was not told will send it again, and must. */
  acknowledged: boolean;
  receivedAt: number;
};

/** none: as it should be. refuses: 451. slow: seconds for each. forgets: takes the mail, and hangs up before saying so. */
export type MailMood = 'none' | 'refuses' | 'slow' | 'forgets';

export type MailServer = {
  port: number;
  mood: MailMood;
  /** Everything that was taken, in order. */
  received: readonly ReceivedMail[];
  stop(): Promise<void>;
};

const slowMs = 4_000;

/** An SMTP server (RFC 5321) whose mood a test sets. */
export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const state = { mood: 'none' as MailMood };
  const take = async (stream: Readable, recipient: string): Promise<'taken' | 'refused' | 'forgotten'> => {
    const content = await text(stream);
    const { mood } = state;
    if (mood === 'slow') await sleep(slowMs);
    if (mood === 'refuses') return 'refused';
    const acknowledged = mood !== 'forgets';
    const messageId = /^message-id:\s*<([^>]+)>/im.exec(content)?.[1] ?? '';
    received.push({ messageId, recipient, acknowledged, receivedAt: Date.now() });
    return acknowledged ? 'taken' : 'forgotten';
  };
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, { envelope }, done) => {
      void take(stream, envelope.rcptTo[0]?.address ?? '').then((outcome) => {
        if (outcome === 'taken') done();
        else if (outcome === 'refused') done(Object.assign(new Error('Try again later'), { responseCode: 451 }));
        // 421: the server hangs up, and whether it has the mail nobody was told.
        else done(Object.assign(new Error('Closing'), { responseCode: 421 }));
        // A connection that broke in the middle of a mail: there is nobody left to answer.
      }, done);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    get mood() {
      return state.mood;
    },
    set mood(mood) {
      state.mood = mood;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
