import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openShared, type Shared } from '#runtime/composition.ts';
import { loadConfig, processEnvironment, type Config, type Environment } from '#runtime/config.ts';
import { prepareNamespace } from '#runtime/temporal-setup.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { type Progress, timed } from '#runtime/progress.ts';
import { startApi, startWorker, type WorkerName } from '#runtime/processes.ts';
import type { Supervised } from '#runtime/supervise.ts';
import { startDocusignServer, type DocusignServer } from '#tests/docusign-server/server.ts';
import type { ProcessName } from '../plan/faults.ts';
import { makeDocumentsDisk, type DocumentsDisk } from './documents-disk.ts';
import { startLinks, type Links } from './links.ts';
import { startMailServer, type MailServer } from './mail-server.ts';
import { databaseUrls, startServers } from './servers.ts';

/** The whole product in processes of its own, with everything in reach that can be hurt, and a way around the proxies to look at it. */
export type FaultSystem = {
  baseUrl: string;
  stateDir: string;
  config: Config;
  /** Connections of the test itself, past every proxy. */
  shared: Shared;
  /** As the owner of the tables. */
  ownerUrl: string;
  superuserUrl: string;
  processes: ReadonlyMap<ProcessName, Supervised>;
  links: Links;
  mail: MailServer;
  provider: DocusignServer;
  disk: DocumentsDisk;
  stop(): Promise<void>;
};

const withoutLimit = '10000000';
const namespace = 'faults';
/** DocuSign itself tries for days; here five more times, each a bit later than the one before. */
const webhookRetryMs = 3_000;

export async function startFaultSystem(options: { report: Progress; cutsLinks: boolean }): Promise<FaultSystem> {
  const stateDir = mkdtempSync(join(tmpdir(), 'countersign-faults-'));
  chmodSync(stateDir, 0o755);
  const stops: (() => Promise<void> | void)[] = [() => rmSync(stateDir, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  const onStop = <T>(thing: T, end: (thing: T) => Promise<void> | void): T => {
    stops.push(() => end(thing));
    return thing;
  };
  try {
    return { ...(await bringUp(stateDir, options, onStop)), stateDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type OnStop = <T>(thing: T, end: (thing: T) => Promise<void> | void) => T;

async function bringUp(stateDir: string, options: { report: Progress; cutsLinks: boolean }, onStop: OnStop) {
  const { report } = options;
  const place = { stateDir, runDir: join(stateDir, 'run'), report };
  const [apiPort = 0, ...serverPorts] = await freePorts(4);
  const ports = { postgres: serverPorts[0] ?? 0, nats: serverPorts[1] ?? 0, temporal: serverPorts[2] ?? 0 };
  const disk = onStop(makeDocumentsDisk(join(stateDir, 'documents')), (it) => it.remove());
  const mail = onStop(await startMailServer(), (it) => it.stop());
  const outside = onStop(await startProvider(), (it) => it.provider.close());
  const processes = new Map<ProcessName, Supervised>();
  const add = (name: ProcessName, child: Supervised) =>
    processes.set(
      name,
      onStop(child, (it) => it.stop()),
    );
  const passwords = { superuser: randomUUID(), owner: randomUUID(), app: randomUUID() };
  await timed('Postgres, NATS, Temporal', report, () => startServers({ ...place, ports, namespace, passwords }, add));
  const upstreams = { ...ports, mail: mail.port, provider: Number(new URL(outside.provider.url).port), api: apiPort };
  const linksPlace = { logFile: join(stateDir, 'logs', 'toxiproxy.log'), runDir: place.runDir };
  const links = onStop(await startLinks(upstreams, linksPlace, options.cutsLinks), (it) => it.toxiproxy?.stop());
  const common = commonEnvironment({ stateDir, apiPort, links, disk, settings: outside.settings });
  const env = (name: 'api' | WorkerName) => ({ ...common, ...addressesOf(name, links, passwords.app) });
  const direct = loadConfig({ ...common, ...addressesPast(ports, passwords.app, mail.port, outside.provider.url) });
  await prepareNamespace({ connection: { address: direct.temporal.address }, namespace, retentionDays: 1 });
  await Promise.all([
    ...(['worker', 'documents'] as const).map((name) =>
      timed(name, report, () => startWorker(name, { ...place, env: env(name) })).then((it) => add(name, it)),
    ),
    timed('API', report, () => startApi({ ...place, env: env('api') }, apiPort)).then((it) => add('api', it)),
  ]);
  const shared = onStop(await openShared(direct, 'faults'), (it) => it.close());
  return {
    baseUrl: `http://127.0.0.1:${apiPort}`,
    config: direct,
    shared,
    ...databaseUrls(ports.postgres, passwords),
    processes,
    links,
    mail,
    provider: outside.provider,
    disk,
  };
}

/** DocuSign's protocol, in this process: what was signed there is known here. */
async function startProvider(): Promise<{ provider: DocusignServer; settings: Environment }> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const [accountId, integrationKey, userId] = [randomUUID(), randomUUID(), randomUUID()];
  const hmacKey = randomBytes(32).toString('base64');
  const registered = { accountId, integrationKey, userId, hmacKey, publicKeyPem: publicKey };
  const provider = await startDocusignServer({ ...registered, retryDelayMs: webhookRetryMs });
  const settings = {
    SIGNING_PROVIDER: 'docusign',
    DOCUSIGN_ACCOUNT_ID: accountId,
    DOCUSIGN_INTEGRATION_KEY: integrationKey,
    DOCUSIGN_USER_ID: userId,
    DOCUSIGN_WEBHOOK_KEY: hmacKey,
    DOCUSIGN_PRIVATE_KEY: privateKey,
  };
  return { provider, settings };
}

type Common = { stateDir: string; apiPort: number; links: Links; disk: DocumentsDisk; settings: Environment };

/** As in production. Webhooks are sent to the public address: it leads through the provider's link. */
function commonEnvironment({ stateDir, apiPort, links, disk, settings }: Common): Environment {
  const { PATH, HOME, LANG, TMPDIR, CHROMIUM_PATH } = processEnvironment();
  return {
    ...{ PATH, HOME, LANG, TMPDIR, CHROMIUM_PATH },
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    PORT: String(apiPort),
    PUBLIC_URL: `http://127.0.0.1:${links.portOf('provider-api')}`,
    STATE_DIR: stateDir,
    STORAGE_DIR: disk.dir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    TEMPORAL_NAMESPACE: namespace,
    MAIL_DRIVER: 'smtp',
    LIMIT_READS_PER_MINUTE: withoutLimit,
    LIMIT_HOLDS_PER_MINUTE: withoutLimit,
    LIMIT_ATTEMPTS_PER_MINUTE: withoutLimit,
    ...settings,
  };
}

function addressesOf(name: 'api' | WorkerName, links: Links, appPassword: string): Environment {
  const provider = `http://127.0.0.1:${links.portOf(`${name}-provider`)}`;
  return {
    DATABASE_URL: databaseUrls(links.portOf(`${name}-postgres`), { app: appPassword }).appUrl,
    NATS_URL: `nats://127.0.0.1:${links.portOf(`${name}-nats`)}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${links.portOf(`${name}-temporal`)}`,
    SMTP_URL: `smtp://127.0.0.1:${links.portOf('documents-mail')}?tls=none`,
    DOCUSIGN_BASE_URL: `${provider}/restapi`,
    DOCUSIGN_OAUTH_URL: provider,
  };
}

type ServerPorts = Record<'postgres' | 'nats' | 'temporal', number>;

function addressesPast(ports: ServerPorts, appPassword: string, mailPort: number, providerUrl: string): Environment {
  return {
    DATABASE_URL: databaseUrls(ports.postgres, { app: appPassword }).appUrl,
    NATS_URL: `nats://127.0.0.1:${ports.nats}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    SMTP_URL: `smtp://127.0.0.1:${mailPort}?tls=none`,
    DOCUSIGN_BASE_URL: `${providerUrl}/restapi`,
    DOCUSIGN_OAUTH_URL: providerUrl,
  };
}
