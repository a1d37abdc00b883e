import { loadConfig, loadMigrationConfig, ConfigError, type Environment } from '#runtime/config.ts';
import { settings } from '#runtime/settings.ts';

/** Names of these variables that are no setting of the product: a word that was misspelled, or one that is no more. */
export function unknownSettings(names: Iterable<string>): string[] {
  return [...names].filter((name) => !Object.hasOwn(settings, name));
}

export const settingNames = Object.keys(settings);
/** Of those whose value is never shown. */
export const secretNames = Object.entries(settings).flatMap(([name, setting]) => ('secret' in setting ? [name] : []));

/** What one worker does that is told nothing else: all there is to do. */
export const defaultQueues = settings.WORKER_QUEUES.default.split(',');

/** What the process would say about this environment, were it started with it. */
export function problemsOf(env: Environment, process: 'migrate' | 'other'): readonly string[] {
  try {
    if (process === 'migrate') loadMigrationConfig(env);
    else loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
