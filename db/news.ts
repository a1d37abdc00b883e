import { Client } from 'pg';

/**
 * `availability`: of what hosts offer; by the host's id. `access`: of sessions that ended; by the account's id. `held`: of a time that is a guest's
 * now; by the booking's id, with since when and until when (schema.sql, notify_held).
 */
export type NewsChannel = 'availability' | 'access' | 'held';
const channels: readonly NewsChannel[] = ['availability', 'access', 'held'];

export type NewsListener = {
  /** Gets the payload within milliseconds of the commit. */
  told(payload: string): void;
  /** Something may have been missed: at the beginning, and after each lost connection. */
  gap?(): void;
};

export type DatabaseNews = {
  on(channel: NewsChannel, listener: NewsListener): void;
  /** False while news could be missed: nothing may then be answered from memory. */
  isListening(): boolean;
  close(): Promise<void>;
};

const reconnectMs = 500;
const pulseMs = 1_000;
/** Without an answer for so long, changes may be late: nothing is answered from memory meanwhile. */
const doubtMs = 250;
const lostMs = 5_000;

/** Hears what the database tells at commit, on a connection of its own that comes back by itself. */
export function openNews(url: string): DatabaseNews {
  const listeners: (NewsListener & { channel: string })[] = [];
  let client: Client | null = null;
  let listening = false;
  let closed = false;
  /** When the question was sent that has no answer yet. */
  let askedAt = Infinity;
  let retry: NodeJS.Timeout | undefined;

  const sayGap = (): void => {
    for (const { gap } of listeners) gap?.();
  };
  const lose = (lost: Client): void => {
    if (client !== lost) return;
    client = null;
    listening = false;
    sayGap();
    lost.end().catch(() => {});
    if (!closed) retry = setTimeout(() => void connect(), reconnectMs);
  };
  const connect = async (): Promise<void> => {
    const next = new Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: lostMs,
      application_name: 'countersign-news',
    });
    client = next;
    next.on('error', () => lose(next));
    next.on('end', () => lose(next));
    next.on('notification', ({ channel, payload }) => {
      for (const listener of listeners) if (listener.channel === channel) listener.told(payload ?? '');
    });
    try {
      await next.connect();
      await next.query(channels.map((channel) => `listen ${channel}`).join('; '));
      sayGap();
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
    on: (channel, listener) => {
      listeners.push({ channel, ...listener });
      listener.gap?.();
    },
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
