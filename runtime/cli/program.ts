import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAccounts } from './accounts.ts';
import { addBackup } from './backup.ts';
import { addBookingChanges } from './booking-changes.ts';
import { addDoctor } from './doctor.ts';
import { addErasures } from './erasures.ts';
import { addKeys } from './keys.ts';
import { addMigrate } from './migrate.ts';
import { addProcesses } from './processes.ts';
import { addRestore } from './restore.ts';
import { addSeed } from './seed.ts';
import { addStart } from './start.ts';
import { addVerify } from './verify.ts';

/** `countersign`, with every command. Wrong usage throws commander's error: main.ts gives it the exit code. */
export function buildProgram(): Command {
  const program = new Command('countersign')
    .description('Runs, mends and moves a Countersign installation.')
    .version(packageJson.version)
    .showHelpAfterError()
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', help);
  addStart(program.commandsGroup('Run:'));
  addProcesses(program);
  addMigrate(program);
  addSeed(program);
  addDoctor(program.commandsGroup('Keep:'));
  addBackup(program);
  addRestore(program);
  addErasures(program);
  addBookingChanges(program.commandsGroup('One booking:'));
  addAccounts(program.commandsGroup('One account:'));
  addKeys(program.commandsGroup('Keys:'));
  addVerify(program.commandsGroup('Anywhere:'));
  return program;
}

const help = `
Commands work on the servers that the environment (or .env) names, else on the system that runs on the state folder.
Exit codes: 0 fine, 1 found something or failed, 2 wrong usage, 78 wrong settings. See docs/operations.md.`;
