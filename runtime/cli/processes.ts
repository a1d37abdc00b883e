import type { Command } from 'commander';
import { perform } from './terminal.ts';

/** The processes of a production system; each runs until it is told to stop, and logs JSON lines. */
export function addProcesses(program: Command): void {
  program
    .command('api')
    .summary('run the API and the pages (production)')
    .description('Runs the api process: HTTP, pages and the live connection. Ready when GET /health/ready answers 200.')
    .option('--json', 'changes nothing: this process logs JSON lines in any case')
    .action(async () => {
      await import('../api.ts');
    });
  program
    .command('worker')
    .summary('run the workflows (production)')
    .description(
      'Runs a worker process: workflows and their effects, or what WORKER_QUEUES names of them. Ready when it logs "worker ready".',
    )
    .option('--json', 'changes nothing: this process logs JSON lines in any case')
    .action(async () => {
      await import('../worker.ts');
    });
  program
    .command('promote')
    .summary('make this version the one that bookings run on (production)')
    .description(
      'Waits for workers of WORKER_BUILD_ID, and makes theirs the version that bookings run on; then it ends.',
    )
    .option('--json', 'one JSON object instead of words')
    .addHelpText(
      'after',
      '\nExit codes: 0 it is; 1 no worker of that version came, or Temporal is away; 2 wrong usage; 78 wrong settings.',
    )
    .action((options: { json?: boolean }, command: Command) =>
      perform(command, options, async () => (await import('../promote.ts')).promote()),
    );
}
