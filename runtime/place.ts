import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type Environment, loadConfig, loadStartConfig, processEnvironment } from './config.ts';
import { endLeftovers } from './embedded/child.ts';
import { claimStateDir, releaseStateDir, runningInstance } from './instance.ts';
import type { Progress } from './progress.ts';
import { addressesOfRunning, startServers, type ServerAddresses } from './servers.ts';
import type { Supervised } from './supervise.ts';

/** Where a command works: servers, settings, keys. */
export type Place = {
  config: Config;
  /** As the role that owns the database; not there when the environment names servers and leaves it out. */
  migrationUrl: string | undefined;
  /** Ends what was started for this command alone. */
  close(): Promise<void>;
};

/** There is nothing to work on: the message is a sentence for the person at the terminal. */
export class NoPlace extends Error {
  override readonly name = 'NoPlace';
}

/**
 * The servers that the environment names; else those of the system that runs on the state folder; else, where the command allows it, the
 * embedded servers of that folder alone, for the time of the command.
 * @throws ConfigError, NoPlace, PortTaken
 */
export async function openPlace(options: {
  report: Progress;
  /** `start` brings the embedded servers up when no system runs, `create` also makes a new state folder for them. */
  whenNothingRuns: 'refuse' | 'start' | 'create';
}): Promise<Place> {
  const env = processEnvironment();
  if (['DATABASE_URL', 'NATS_URL', 'TEMPORAL_ADDRESS'].every((name) => env[name])) {
    const config = loadConfig(env);
    return { config, migrationUrl: config.database.migrationUrl, close: async () => {} };
  }
  const start = loadStartConfig(env);
  const { stateDir } = start;
  const running = runningInstance(stateDir);
  if (running?.ports) return placeAt(env, stateDir, addressesOfRunning(start, running.ports));
  if (running) throw new NoPlace(`The system on ${stateDir} is just starting: try again in a moment.`);
  const mayStart =
    options.whenNothingRuns === 'create' ||
    (options.whenNothingRuns === 'start' && existsSync(join(stateDir, 'secrets.json')));
  if (!mayStart) {
    throw new NoPlace(
      `No system runs on the state folder ${stateDir}. Start it (npm start), name another folder with STATE_DIR, or name the ` +
        'servers with DATABASE_URL, NATS_URL and TEMPORAL_ADDRESS.',
    );
  }
  return startPlace(env, stateDir, options.report);
}

async function startPlace(env: Environment, stateDir: string, report: Progress): Promise<Place> {
  claimStateDir(stateDir);
  const processes = new Map<string, Supervised>();
  const close = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((child) => child.stop()));
    releaseStateDir(stateDir);
  };
  try {
    await endLeftovers(join(stateDir, 'run'));
    const addresses = await startServers(loadStartConfig(env), report, processes);
    return { ...placeAt(env, stateDir, addresses), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function placeAt(env: Environment, stateDir: string, { env: addresses, migrationUrl }: ServerAddresses): Place {
  const config = loadConfig({ ...env, ...addresses, STATE_DIR: stateDir, MIGRATION_DATABASE_URL: migrationUrl });
  return { config, migrationUrl, close: async () => {} };
}
