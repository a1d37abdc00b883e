import type { Command } from 'commander';
import { loadMigrationConfig, type MigrationConfig, processEnvironment } from '../config.ts';
import type { Progress } from '../progress.ts';
import { perform } from './terminal.ts';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .summary('bring the database and Temporal to what this version needs')
    .description(
      'Applies the migrations that the database lacks, and sets up the Temporal namespace when TEMPORAL_ADDRESS is given. ' +
        'Can be repeated, also by several at once. Needs MIGRATION_DATABASE_URL, or the state folder of npm start.',
    )
    .option('--json', 'one JSON object instead of words')
    .action((options: { json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const { migrateAll, sentencesOf } = await import('../migrate.ts');
        const { what, close } = await whatToMigrate(report);
        try {
          const migrated = await migrateAll(what);
          return { fine: true, lines: sentencesOf(migrated), data: migrated };
        } finally {
          await close();
        }
      }),
    );
}

async function whatToMigrate(report: Progress): Promise<{ what: MigrationConfig; close(): Promise<void> }> {
  const env = processEnvironment();
  if (env['DATABASE_URL'] || env['MIGRATION_DATABASE_URL'])
    return { what: loadMigrationConfig(env), close: async () => {} };
  const { openPlace } = await import('../place.ts');
  const { config, migrationUrl = '', close } = await openPlace({ report, whenNothingRuns: 'start' });
  return { what: { migrationUrl, deployment: config.deployment, temporal: config.temporal }, close };
}
