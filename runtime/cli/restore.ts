import type { Command } from 'commander';
import type { Progress } from '../progress.ts';
import { CommandFailed, pathFromCaller, perform, type Outcome } from './terminal.ts';

type Options = { json?: boolean; replace?: boolean };

/** Facts may have left between the backup and the loss: a new stream begins beyond whatever position a page may still know. */
const positionsApart = 1_000_000;

export function addRestore(program: Command): void {
  program
    .command('restore')
    .summary('put a backup in place')
    .description(
      'Checks a backup from its first to its last byte, then puts documents and rows in place, applies the migrations that the backup ' +
        'lacks, publishes the facts that the stream lacks, and resumes every running booking. Stop api and worker first.',
    )
    .argument('<folder>', 'the backup')
    .option('--replace', 'the database has data in it, which goes')
    .option('--json', 'one JSON object instead of words')
    .addHelpText(
      'after',
      '\nExit codes: 0 restored; 1 refused or failed, and the database is as it was; 2 wrong usage.',
    )
    .action((folder: string, options: Options, command: Command) =>
      perform(command, options, (report) => putBack(pathFromCaller(folder), options.replace ?? false, report)),
    );
}

async function putBack(folder: string, replace: boolean, report: Progress): Promise<Outcome> {
  const [
    { openArchive },
    { requireRestorable, restore },
    { openPlace },
    { openStore, openShared },
    { reconcile },
    { requireServers },
    setup,
  ] = await Promise.all([
    import('../backup/archive.ts'),
    import('../backup/restore.ts'),
    import('../place.ts'),
    import('../composition.ts'),
    import('../backup/reconcile.ts'),
    import('../doctor/connections.ts'),
    import('../temporal-setup.ts'),
  ]);
  const archive = await openArchive(folder);
  const { manifest } = archive;
  requireRestorable(manifest);
  report(`The backup of ${manifest.takenAt} is whole.`);
  const { config, migrationUrl, close } = await openPlace({ report, whenNothingRuns: 'create' });
  try {
    if (migrationUrl === undefined) throw new CommandFailed('MIGRATION_DATABASE_URL is not set: a restore needs it.');
    const target = { ownerUrl: migrationUrl, masterKeys: config.masterKeys, store: openStore(config), replace };
    const { temporal, deployment } = config;
    // Asked before anything is put in place: what comes after the rows needs both. The namespace may have to be made.
    await requireServers(config, ['NATS']);
    await (await setup.connectToTemporal(temporal)).close();
    const applied = await restore(archive, target, report);
    await setup.prepareNamespace({
      connection: setup.temporalConnectionOptions(temporal),
      namespace: temporal.namespace,
      retentionDays: setup.namespaces[deployment].retentionDays,
    });
    const firstPosition = manifest.stream.lastPosition + positionsApart;
    const shared = await openShared(config, 'restore', { firstPosition });
    try {
      const { published, resumed } = await reconcile(shared);
      const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
      const documents = manifest.objects.length;
      const data = {
        takenAt: manifest.takenAt,
        rows,
        documents,
        applied,
        published,
        resumed,
        missing: manifest.missing,
      };
      const lines = [
        `Restored as of ${manifest.takenAt}: ${rows} rows, ${documents} documents, ${applied.length} migrations applied since.`,
        `${published} facts were published again, ${resumed} bookings go on as soon as a worker runs.`,
        ...manifest.missing.map(({ key, reason }) => `The backup did not have the document ${key} (${reason}).`),
        'Start api and worker, then look once more with countersign doctor.',
      ];
      return { fine: true, lines, data };
    } finally {
      await shared.close();
    }
  } finally {
    await close();
  }
}
