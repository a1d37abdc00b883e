import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openShared, type Shared } from '#runtime/composition.ts';
import { type Environment, loadConfig, processEnvironment } from '#runtime/config.ts';
import { migrate } from '#runtime/migrate.ts';
import { type Progress, timed } from '#runtime/progress.ts';
import { namespaces, prepareNamespace, temporalConnectionOptions } from '#runtime/temporal-setup.ts';
import type { Place } from './processes.ts';
import type { ClusterServers } from './servers.ts';

/** Schema and namespace; and what its processes take from their environment, without limits of requests. */
export async function prepareProduct(
  dir: string,
  servers: ClusterServers,
  replicas: 1 | 3,
  report: Progress,
): Promise<{ shared: Shared; place: Place }> {
  const stateDir = join(dir, 'state');
  mkdirSync(stateDir, { recursive: true });
  const withoutLimit = '10000000';
  const env: Environment = {
    ...Object.fromEntries(['PATH', 'HOME', 'CHROMIUM_PATH'].map((name) => [name, processEnvironment()[name]])),
    NODE_ENV: 'development',
    DEPLOYMENT_ENVIRONMENT: 'production',
    LOG_LEVEL: 'info',
    STATE_DIR: stateDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: servers.databaseUrl,
    NATS_URL: servers.natsUrl,
    NATS_REPLICAS: String(replicas),
    TEMPORAL_ADDRESS: servers.temporalAddress,
    LIMIT_READS_PER_MINUTE: withoutLimit,
    LIMIT_HOLDS_PER_MINUTE: withoutLimit,
    LIMIT_ATTEMPTS_PER_MINUTE: withoutLimit,
  };
  const config = loadConfig(env);
  await timed('Schema and namespace', report, async () => {
    await migrate(servers.migrationUrl);
    const connection = temporalConnectionOptions(config.temporal);
    const { namespace } = config.temporal;
    await prepareNamespace({ connection, namespace, ...namespaces[config.deployment] });
  });
  return { shared: await openShared(config, 'rehearsal'), place: { dir, env } };
}
