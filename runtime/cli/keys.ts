import type { Command } from 'commander';
import { perform } from './terminal.ts';

const exitCodes = '\nExit codes: 0 done; 1 something is left or failed; 2 wrong usage.';

/** Keys: the master key that everything is encrypted under, and the one that an organization seals with. */
export function addKeys(program: Command): void {
  program
    .command('rotate-master-key')
    .summary('bring everything under the newest master key')
    .description(
      'Encrypts personal data, search words, links and documents’ keys anew under the first key of MASTER_KEY, while the product runs. ' +
        'Stopped half-way, it goes on with what is left.',
    )
    .option('--check', 'only say what is left')
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', exitCodes)
    .action((options: { check?: boolean; json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const { rotateMasterKey } = await import('../operators/rotate-keys.ts');
        return rotateMasterKey({ onlyCheck: options.check ?? false }, report);
      }),
    );
  program
    .command('rotate-signing-key')
    .summary('give an organization its next sealing key')
    .description('From now on documents are sealed with new keys; those sealed before keep verifying.')
    .argument('<organization>', 'its link name')
    .option('--lost', 'the old keys may be in other hands: make a new root, too')
    .option('--json', 'one JSON object instead of words')
    .addHelpText('after', exitCodes)
    .action((slug: string, options: { lost?: boolean; json?: boolean }, command: Command) =>
      perform(command, options, async (report) => {
        const { rotateOrganizationKey } = await import('../operators/rotate-keys.ts');
        return rotateOrganizationKey(slug, options.lost ? 'lost' : 'routine', report);
      }),
    );
}
