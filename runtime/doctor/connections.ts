import { access, constants, mkdir } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { connect as connectNats } from '@nats-io/transport-node';
import { Connection } from '@temporalio/client';
import { Client } from 'pg';
import { openStore } from '../composition.ts';
import type { Config } from '../config.ts';
import { ServerAway, temporalConnectionOptions } from '../temporal-setup.ts';
import type { Finding } from './finding.ts';

const timeoutMs = 5_000;

/** Something that the product talks to. Without a needed one there is nothing more to look at. */
type Counterpart = { name: string; isNeeded: boolean; why: string; todo: string; reach(config: Config): Promise<void> };

const counterparts: readonly Counterpart[] = [
  {
    name: 'Postgres',
    isNeeded: true,
    why: 'Nothing works without it.',
    todo: 'See DATABASE_URL, whether the server runs, and whether its log refuses the role.',
    reach: reachPostgres,
  },
  {
    name: 'NATS',
    isNeeded: true,
    why: 'Facts stay in the outbox, and no page hears of anything.',
    todo: 'See NATS_URL, and whether the server runs with JetStream.',
    reach: reachNats,
  },
  {
    name: 'Temporal',
    isNeeded: true,
    why: 'No slot can be held, and nothing goes on.',
    todo: 'See TEMPORAL_ADDRESS, whether the server runs, and whether countersign migrate made the namespace.',
    reach: reachTemporal,
  },
  {
    name: 'The storage',
    isNeeded: false,
    why: 'No agreement can be made, and no document read: bookings with an NDA get stuck.',
    todo: 'See the STORAGE_ and S3_ settings, whether the disk is full, and whether the credentials may write.',
    reach: (config) => openStore(config).check(),
  },
  {
    name: 'The mail server',
    isNeeded: false,
    why: 'No confirmation, reminder or code reaches anybody; mails wait and are tried again.',
    todo: 'See the MAIL_, SMTP_ and POSTMARK_ settings, and whether this machine may connect to it.',
    reach: reachMail,
  },
  {
    name: 'The signing provider',
    isNeeded: false,
    why: 'Nothing can be sent for signature: bookings with an NDA get stuck.',
    todo: 'See the DOCUSIGN_ settings, and whether this machine may connect to it.',
    reach: reachSigning,
  },
];

/** Asks each for a sign of life, all at once. */
export async function lookAtConnections(config: Config): Promise<{ findings: Finding[]; canGoOn: boolean }> {
  const away = await whoIsAway(config, counterparts);
  return { canGoOn: away.every(({ isNeeded }) => !isNeeded), findings: away.map(({ finding }) => finding) };
}

/**
 * For a command that would wait for ever: a process waits until its servers are there, a person wants to hear which one is not.
 * @throws ServerAway with a sentence for each
 */
export async function requireServers(
  config: Config,
  names?: readonly ('Postgres' | 'NATS' | 'Temporal')[],
): Promise<void> {
  const needed = counterparts.filter(
    ({ name, isNeeded }) => isNeeded && (!names || names.some((each) => each === name)),
  );
  const away = await whoIsAway(config, needed);
  if (away.length > 0) throw new ServerAway(away.map(({ finding: { what, todo } }) => `${what}. ${todo}`).join('\n'));
}

async function whoIsAway(config: Config, asked: readonly Counterpart[]) {
  const answers = await Promise.all(
    asked.map(async ({ name, isNeeded, why, todo, reach }) => {
      try {
        await within(reach(config));
        return null;
      } catch (error) {
        const what = `${name} cannot be reached: ${reasonOf(error)}`;
        return { isNeeded, finding: { severity: 'error' as const, what, why, todo } };
      }
    }),
  );
  return answers.filter((answer) => answer !== null);
}

async function reachPostgres({ database }: Config): Promise<void> {
  const client = new Client({ connectionString: database.url, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select 1').finally(() => client.end());
}

async function reachNats({ nats }: Config): Promise<void> {
  const connection = await connectNats({
    servers: nats.servers,
    ...nats.login,
    ...(nats.tls && { tls: {} }),
    timeout: timeoutMs,
    maxReconnectAttempts: 0,
  });
  await connection.flush().finally(() => connection.close());
}

async function reachTemporal({ temporal }: Config): Promise<void> {
  const connection = await Connection.connect({ ...temporalConnectionOptions(temporal), connectTimeout: timeoutMs });
  try {
    await connection.workflowService.describeNamespace({ namespace: temporal.namespace });
  } finally {
    await connection.close();
  }
}

async function reachMail({ mail }: Config): Promise<void> {
  if (mail.driver === 'smtp') return reachPort(mail.host, mail.port);
  if (mail.driver === 'postmark') return reachUrl(mail.apiUrl);
  await mkdir(mail.dir, { recursive: true });
  await access(mail.dir, constants.W_OK);
}

async function reachSigning({ signing }: Config): Promise<void> {
  if (signing.provider === 'builtin') return;
  for (const address of [signing.baseUrl, signing.oauthUrl]) await reachUrl(address);
}

function reachUrl(address: string): Promise<void> {
  const { hostname, port, protocol } = new URL(address);
  return reachPort(hostname, Number(port || (protocol === 'http:' ? 80 : 443)));
}

function reachPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, timeout: timeoutMs });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer from ${host}:${port}`)));
    socket.once('error', reject);
  });
}

async function within(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${(timeoutMs * 3) / 1000} s`)), timeoutMs * 3);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** One line: clients put whole addresses, and more, on others. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0]);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n')[0] ?? text;
}
