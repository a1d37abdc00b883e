import { InvalidArgumentError, type Command } from 'commander';
import { pathFromCaller, perform } from './terminal.ts';

/** Erasures outlive a backup that is older than they are: their list is kept beside it. */
export function addErasures(program: Command): void {
  program
    .command('erasures')
    .summary('list what guests had erased')
    .description(
      'Bookings by id, nobody by name. Kept beside the backups, it is what `erase-again` needs after a restore.',
    )
    .option('--since <date>', 'only from this day on: YYYY-MM-DD', readDay)
    .option('--json', 'one JSON object: the file that erase-again takes')
    .addHelpText('after', '\nExit codes: 0 done; 1 it failed; 2 wrong usage.')
    .action((options: { since?: Date; json?: boolean }, command: Command) =>
      perform(command, options, async (report) =>
        (await import('../operators/erasures.ts')).listErasures(options.since ?? new Date(0), report),
      ),
    );
  program
    .command('erase-again')
    .summary('erase what a restored backup brought back')
    .description('Takes the list of erasures, and erases what of it is there again.')
    .argument('<file>', 'what countersign erasures --json wrote')
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', '\nExit codes: 0 done; 1 something may not be erased now, or it failed; 2 wrong usage.')
    .action((file: string, options: { json?: boolean }, command: Command) =>
      perform(command, options, async (report) =>
        (await import('../operators/erasures.ts')).eraseAgain(pathFromCaller(file), report),
      ),
    );
}

function readDay(text: string): Date {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(day.getTime())) throw new InvalidArgumentError('Write the day as YYYY-MM-DD.');
  return day;
}
