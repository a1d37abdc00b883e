import { Client } from 'pg';

/** `availability`: of what hosts offer; by the host's id. `access`: of sessions that ended; by the account's id. */
export type NewsChannel = 'availability' | 'access';

export type DatabaseNews = {
  /** False while changes could be missed: nothing may then be answered from memory. */
  isListening(): boolean;
  close(): Promise<void>;
};

const reconnectMs = 500;
const pulseMs = 1_000;
/** Without an answer for so long, changes may be late: nothing is answered from memory meanwhile. */
const doubtMs = 250;
const lostMs = 5_000;

/**
 * Listens for changes of one kind, on a connection of its own. `change` gets the id within milliseconds of the commit; `gap` is called whenever
 * changes may have been missed: before the first one, and after each lost connection.
 */
export function listenFor(
  channel: NewsChannel,
  url: string,
  on: { change(id: string): void; gap(): void },
): DatabaseNews {
  let client: Client | null = null;
  let listening = false;
  let closed = false;
  /** When the question was sent that has no answer yet. */
  let askedAt = Infinity;
  let retry: NodeJS.Timeout | undefined;

  const lose = (lost: Client): void => {
    if (client !== lost) return;
    client = null;
    listening = false;
    on.gap();
    lost.end().catch(() => {});
    if (!closed) retry = setTimeout(() => void connect(), reconnectMs);
  };
  const connect = async (): Promise<void> => {
    const next = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: lostMs,
      application_name: `countersign-${channel}`,
    });
    client = next;
    next.on('error', () => lose(next));
    next.on('end', () => lose(next));
    next.on('notification', ({ payload }) => on.change(payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
      on.gap();
      askedAt = Infinity;
      listening = true;
    } catch {
      // The database is away; readiness says so. Until it is back nothing is answered from memory.
      lose(next);
    }
  };
  // A connection that died without a word is noticed by asking. Notices come before the answer to what was asked after them.
  const pulse = setInterval(() => {
    const asked = client;
    if (!asked || !listening) return;
    if (performance.now() - askedAt > lostMs) return lose(asked);
    if (askedAt !== Infinity) return;
    askedAt = performance.now();
    asked.query('select 1').then(
      () => {
        if (client === asked) askedAt = Infinity;
      },
      () => lose(asked),
    );
  }, pulseMs);
  pulse.unref();
  void connect();
  return {
    isListening: () => listening && performance.now() - askedAt < doubtMs,
    close: async () => {
      closed = true;
      clearInterval(pulse);
      clearTimeout(retry);
      const last = client;
      client = null;
      await last?.end();
    },
  };
}
