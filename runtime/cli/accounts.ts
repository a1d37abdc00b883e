import type { Command } from 'commander';
import { perform } from './terminal.ts';

/** Accounts of hosts that cannot help themselves. */
export function addAccounts(program: Command): void {
  program
    .command('reset-two-factor')
    .summary('let somebody in who lost phone and recovery codes')
    .description(
      'Turns two-factor off for one account, ends its sessions, and tells its address. Find out by other means who is asking: ' +
        'from then on the password alone is enough, until they turn it on again.',
    )
    .argument('<email>', 'the address that they log in with')
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', '\nExit codes: 0 done; 1 it is not on, nobody has the address, or it failed; 2 wrong usage.')
    .action((email: string, options: { json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const { resetTwoFactor } = await import('../operators/reset-two-factor.ts');
        return resetTwoFactor(email, report);
      }),
    );
}
