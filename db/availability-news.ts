import { Client } from 'pg';

export type AvailabilityNews = {
  /** False while changes could be missed: nothing may then be answered from memory. */
  isListening(): boolean;
  close(): Promise<void>;
};

const reconnectMs = 500;
const keepAliveMs = 5_000;

/**
 * Listens for changes to what hosts offer, on a connection of its own. `onChange` gets the host's id within milliseconds of the commit;
 * `onGap` is called whenever changes may have been missed: before the first one, and after each lost connection.
 */
export function listenForAvailability(
  url: string,
  on: { change(hostId: string): void; gap(): void },
): AvailabilityNews {
  let client: Client | null = null;
  let listening = false;
  let closed = false;
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
    const next = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: keepAliveMs });
    client = next;
    next.on('error', () => lose(next));
    next.on('end', () => lose(next));
    next.on('notification', ({ payload }) => on.change(payload ?? ''));
    try {
      await next.connect();
      await next.query('listen availability');
      on.gap();
      listening = true;
    } catch {
      // The database is away; readiness says so. Until it is back nothing is answered from memory.
      lose(next);
    }
  };
  // A connection that died without a word is noticed by asking.
  const pulse = setInterval(() => {
    const asked = client;
    if (!asked || !listening) return;
    const late = setTimeout(() => lose(asked), keepAliveMs);
    asked.query('select 1').then(
      () => clearTimeout(late),
      () => lose(asked),
    );
  }, keepAliveMs);
  pulse.unref();
  void connect();
  return {
    isListening: () => listening,
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
