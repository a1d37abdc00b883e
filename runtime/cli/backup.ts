import { join } from 'node:path';
import type { Command } from 'commander';
import { processEnvironment } from '../config.ts';
import { CommandFailed, pathFromCaller, perform, type Outcome } from './terminal.ts';
import type { Progress } from '../progress.ts';

export function addBackup(program: Command): void {
  program
    .command('backup')
    .summary('copy database and documents into a folder')
    .description(
      'Copies the database as it is at one moment and every stored document, encrypted as it is, into a new folder with a manifest. ' +
        'Nothing has to stop for it. The master key is not in it: keep that apart.',
    )
    .argument('[folder]', 'where the backup will be (default: backups/countersign-<time>)')
    .option('--json', 'one JSON object instead of words')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is in it; 1 it failed, or documents were missing or damaged; 2 wrong usage.',
    )
    .action((folder: string | undefined, options: { json?: boolean }, command: Command) =>
      perform(command, options, (report) => makeBackup(pathFromCaller(folder ?? defaultFolder(new Date())), report)),
    );
}

function defaultFolder(now: Date): string {
  return `backups/countersign-${now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)}Z`;
}

function whereKeyIs(stateDir: string): string {
  return processEnvironment()['MASTER_KEY']
    ? 'It is MASTER_KEY in the environment of this command.'
    : `It is "masterKey" in ${join(stateDir, 'secrets.json')}.`;
}

async function makeBackup(folder: string, report: Progress): Promise<Outcome> {
  const { existsSync } = await import('node:fs');
  if (existsSync(folder)) throw new CommandFailed(`${folder} is there already: name a new folder.`);
  const [{ backUp }, { openPlace }, { openShared }, { requireServers }] = await Promise.all([
    import('../backup/backup.ts'),
    import('../place.ts'),
    import('../composition.ts'),
    import('../doctor/connections.ts'),
  ]);
  const { config, migrationUrl, close } = await openPlace({ report, whenNothingRuns: 'start' });
  try {
    if (migrationUrl === undefined)
      throw new CommandFailed(
        'MIGRATION_DATABASE_URL is not set: a backup reads every table, as the role that owns them.',
      );
    await requireServers(config);
    const shared = await openShared(config, 'backup');
    try {
      const parts = { ...shared, ownerUrl: migrationUrl, masterKeys: config.masterKeys };
      const manifest = await backUp(parts, folder, report);
      const { tables, objects, missing, takenAt, keys } = manifest;
      const rows = tables.reduce((sum, table) => sum + table.rows, 0);
      const data = { folder, takenAt, tables: tables.length, rows, documents: objects.length, missing };
      const keyIds = keys.map(({ id }) => id).join(', ');
      const lines = [
        `The backup of ${takenAt} is in ${folder}: ${rows} rows, ${objects.length} documents.`,
        `The master key (${keyIds}) is not in it: keep it apart, without it the backup cannot be used.`,
        whereKeyIs(config.stateDir),
        ...missing.map(({ key, reason }) => `Not in it: the document ${key} (${reason}).`),
      ];
      return { fine: missing.length === 0, lines, data };
    } finally {
      await shared.close();
    }
  } finally {
    await close();
  }
}
