import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { openShared, type Shared } from '#runtime/composition.ts';
import type { Config, Environment } from '#runtime/config.ts';
import { startTemporarySystem } from '#runtime/system.ts';
import type { Reachable } from '#tests/people.ts';

export type BenchSystem = Reachable & {
  shared: Shared;
  config: Config;
  /** The database as the owner of its tables. */
  ownerUrl: string;
  /** Of `api`, `worker` and the servers, by name. */
  processIds: ReadonlyMap<string, number>;
  /** From the beginning until everything answered. */
  startMs: number;
};

const withoutLimit = '10000000';

/**
 * The whole product for one measurement: its own servers, api and worker as in production, in processes of their own, with request limits out
 * of the way and mails going to an SMTP server that takes them all.
 *
 * @param settings beside these
 */
export async function withSystem<T>(work: (system: BenchSystem) => Promise<T>, settings: Environment = {}): Promise<T> {
  const mail = await startMailServer();
  const startedAt = performance.now();
  const system = await startTemporarySystem({
    report: () => {},
    env: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://localhost',
      MAIL_DRIVER: 'smtp',
      SMTP_URL: `smtp://127.0.0.1:${mail.port}?tls=none`,
      LIMIT_READS_PER_MINUTE: withoutLimit,
      LIMIT_HOLDS_PER_MINUTE: withoutLimit,
      LIMIT_ATTEMPTS_PER_MINUTE: withoutLimit,
      ...settings,
    },
  });
  const startMs = performance.now() - startedAt;
  try {
    const shared = await openShared(system.config, 'bench');
    try {
      const { config } = system;
      const processIds = new Map([...system.processes].map(([name, child]) => [name, child.pid()]));
      const baseUrl = `http://127.0.0.1:${config.http.port}`;
      return await work({ baseUrl, shared, config, ownerUrl: system.migrationUrl, processIds, startMs });
    } finally {
      await shared.close();
    }
  } finally {
    await system.stop();
    mail.close();
  }
}

async function startMailServer(): Promise<{ port: number; close(): void }> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      stream.resume();
      stream.on('end', () => done());
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.server.address() as AddressInfo).port, close: () => server.close(() => {}) };
}
