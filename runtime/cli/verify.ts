import { CommanderError, type Command } from 'commander';
import { pathFromCaller } from './terminal.ts';

/** EX_USAGE of sysexits.h: 2 is what a file without a seal ends with. */
const EXIT_VERIFY_USAGE = 64;

export function addVerify(program: Command): void {
  program
    .command('verify')
    .summary('check sealed PDFs, offline')
    .description('Checks sealed PDFs with nothing but the files.')
    .argument('<file...>', 'signed PDFs')
    .option('--json', 'one JSON object for each file')
    .option('--trust <root.pem...>', 'root certificates that a seal must lead to')
    .option(
      '--trust-timestamps <root.pem...>',
      'root certificates of timestamp authorities whose word on the time counts',
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 intact; 1 altered; 2 not sealed or no PDF; 3 intact, but not under a root given with --trust, or without a' +
        '\ntimestamp under one given with --trust-timestamps; 64 wrong usage; 66 a file cannot be read. With several files the highest counts.',
    )
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(EXIT_VERIFY_USAGE, error.code, error.message);
    })
    .action(async (files: string[], options: { json?: boolean; trust?: string[]; trustTimestamps?: string[] }) => {
      const { verifyFiles } = await import('../verify.ts');
      process.exitCode = await verifyFiles(files, {
        json: options.json ?? false,
        trust: options.trust ?? [],
        trustTimestamps: options.trustTimestamps ?? [],
        pathOf: pathFromCaller,
      });
    });
}
