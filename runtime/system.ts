import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Config,
  type Environment,
  loadConfig,
  loadStartConfig,
  processEnvironment,
  type StartConfig,
} from './config.ts';
import { endLeftovers } from './embedded/child.ts';
import { freePorts, requireFreePort } from './embedded/ports.ts';
import { claimStateDir, describeInstance, releaseStateDir, type SystemUrls } from './instance.ts';
import { migrate } from './migrate.ts';
import { type Progress, timed } from './progress.ts';
import { startApi, startWorker } from './processes.ts';
import { demoEmail, seedDemo } from './seed.ts';
import { startServers } from './servers.ts';
import type { Supervised } from './supervise.ts';
import { namespaces, prepareNamespace, temporalConnectionOptions } from './temporal-setup.ts';
import { ensureWebBuilt } from './web-build.ts';

/** Of the demo host, for the dashboard. */
export type DemoLogin = { email: string; password: string };

export type System = {
  urls: SystemUrls;
  /** What api and worker run with; good for opening the same database, streams and workflows. */
  config: Config;
  demo: DemoLogin;
  /** The database as the owner of its tables. */
  migrationUrl: string;
  /** Every process, by name: `api`, `worker`, `documents`, and the embedded servers. One that ends is started again. */
  processes: ReadonlyMap<string, Supervised>;
  stop(): Promise<void>;
};

export type SystemOptions = {
  start: StartConfig;
  /** Passed on to api and worker, with the addresses that were decided here. */
  env: Environment;
  /** Receives a line for each step when it is done, with the seconds it took, and whenever something goes wrong later. */
  report: Progress;
};

/**
 * The whole product: servers (embedded unless their address is given), migrations, demo data, web pages, api and worker.
 * Resolves when everything is ready; when a step fails, everything that already ran is stopped.
 * @throws AlreadyRunning, PortTaken, ConfigError: their messages are sentences for the person at the terminal
 */
export async function startSystem({ start, env, report }: SystemOptions): Promise<System> {
  claimStateDir(start.stateDir);
  const processes = new Map<string, Supervised>();
  const stop = once(async () => {
    await stopAll(processes);
    releaseStateDir(start.stateDir);
  });
  try {
    return { ...(await bringUp({ start, env, report }, processes)), processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp({ start, env, report }: SystemOptions, processes: Map<string, Supervised>) {
  const runDir = join(start.stateDir, 'run');
  await endLeftovers(runDir);
  await requireFreePorts(start);
  const web = timed('Web pages', report, ensureWebBuilt);
  // Looked at below; a failure meanwhile must not end the process.
  web.catch(() => undefined);
  const addresses = await startServers(start, report, processes);
  const childEnv = {
    OPERATOR_EMAILS: demoEmail,
    ...env,
    ...addresses.env,
    PORT: String(start.port),
    STATE_DIR: start.stateDir,
  };
  const config = loadConfig(childEnv);
  await Promise.all([
    timed('Database schema', report, () => migrate(addresses.migrationUrl)),
    timed('Temporal namespace', report, () =>
      prepareNamespace({
        connection: temporalConnectionOptions(config.temporal),
        namespace: config.temporal.namespace,
        retentionDays: namespaces[config.deployment].retentionDays,
      }),
    ),
  ]);
  const demo: DemoLogin = await timed('Demo host', report, () => seedDemo(config));
  await web;
  const place = { env: childEnv, stateDir: start.stateDir, runDir, report };
  const add = (child: Supervised) => processes.set(child.name, child);
  await Promise.all([
    timed('Worker', report, () => startWorker('worker', place)).then(add),
    timed('Worker for documents', report, () => startWorker('documents', place)).then(add),
    timed('API', report, () => startApi(place, start.port)).then(add),
  ]);
  const urls: SystemUrls = { base: config.http.publicUrl, temporalUi: config.temporal.uiUrl };
  const children = Object.fromEntries([...processes].map(([name, child]) => [name, child.pid()]));
  describeInstance(start.stateDir, { urls, children, ports: start.embeddedPorts });
  return { urls, config, demo, migrationUrl: addresses.migrationUrl };
}

/** Those who use the servers end first, so that they can finish what they are at. */
async function stopAll(processes: Map<string, Supervised>): Promise<void> {
  const all = [...processes.values()];
  const isUser = ({ name }: Supervised) => ['api', 'worker', 'documents'].includes(name);
  await Promise.all(all.filter(isUser).map((child) => child.stop()));
  await Promise.all(all.filter((child) => !isUser(child)).map((child) => child.stop()));
}

async function requireFreePorts(start: StartConfig): Promise<void> {
  const { postgres, nats, temporal, temporalUi } = start.embeddedPorts;
  await requireFreePort(start.port, 'Countersign', 'PORT');
  if (start.databaseUrl === undefined) await requireFreePort(postgres, 'Postgres', 'EMBEDDED_POSTGRES_PORT');
  if (start.natsUrl === undefined) await requireFreePort(nats, 'NATS', 'EMBEDDED_NATS_PORT');
  if (start.temporalAddress !== undefined) return;
  await requireFreePort(temporal, 'Temporal', 'EMBEDDED_TEMPORAL_PORT');
  await requireFreePort(temporalUi, "Temporal's Web UI", 'EMBEDDED_TEMPORAL_UI_PORT');
}

/** A system of its own: a new state folder, which goes away with it, free ports, and nothing of the environment's servers. */
export async function startTemporarySystem(options: { report: Progress; env?: Environment }): Promise<System> {
  const stateDir = mkdtempSync(join(tmpdir(), 'countersign-'));
  chmodSync(stateDir, 0o755);
  const [port, postgres, nats, temporal, temporalUi] = await freePorts(5);
  const env: Environment = {
    ...withoutServers(processEnvironment()),
    NODE_ENV: 'test',
    STATE_DIR: stateDir,
    PORT: String(port),
    EMBEDDED_POSTGRES_PORT: String(postgres),
    EMBEDDED_NATS_PORT: String(nats),
    EMBEDDED_TEMPORAL_PORT: String(temporal),
    EMBEDDED_TEMPORAL_UI_PORT: String(temporalUi),
    ...options.env,
  };
  const remove = () => rmSync(stateDir, { recursive: true, force: true });
  try {
    const system = await startSystem({ start: loadStartConfig(env), env, report: options.report });
    return { ...system, stop: () => system.stop().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Only what says where the machine's things are: a test must not send real mail because a shell had SMTP_URL set. */
function withoutServers(env: Environment): Environment {
  const kept = [
    'PATH',
    'HOME',
    'LANG',
    'TMPDIR',
    'XDG_CACHE_HOME',
    'COUNTERSIGN_CACHE_DIR',
    'CHROMIUM_PATH',
    'LOG_LEVEL',
  ];
  const proxies = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'GOPROXY', 'GOFLAGS', 'GOSUMDB', 'GOPATH', 'GOCACHE'];
  return Object.fromEntries([...kept, ...proxies].map((name) => [name, env[name]]));
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
