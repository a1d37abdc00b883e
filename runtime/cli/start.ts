import type { Command } from 'commander';

export function addStart(program: Command): void {
  program
    .command('start')
    .summary('run the whole product in this terminal')
    .description(
      'Brings up everything that no address is given for (Postgres, NATS, Temporal), then the worker, the API and the pages, ' +
        'until Ctrl-C. The same as npm start.',
    )
    .option('--json', 'one JSON object with the links when everything is ready')
    .action(async (options: { json?: boolean }) => {
      const { startUntilStopped } = await import('../start.ts');
      startUntilStopped(options);
    });
}
