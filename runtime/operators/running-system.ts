import type { Config } from '../config.ts';
import { openShared, type Shared } from '../composition.ts';
import { requireServers } from '../doctor/connections.ts';
import { openPlace } from '../place.ts';
import type { Progress } from '../progress.ts';

/**
 * For commands that make sense only where a system runs: its database, keys and servers, for the time of `work`.
 * @throws ConfigError, NoPlace, ServerAway
 */
export async function withRunningSystem<T>(
  report: Progress,
  work: (shared: Shared, config: Config) => Promise<T>,
): Promise<T> {
  const { config, close } = await openPlace({ report, whenNothingRuns: 'refuse' });
  try {
    await requireServers(config);
    const shared = await openShared(config, 'cli');
    try {
      return await work(shared, config);
    } finally {
      await shared.close();
    }
  } finally {
    await close();
  }
}
