import { CommanderError } from 'commander';
import { buildProgram } from './program.ts';
import { EXIT_USAGE } from './terminal.ts';

/** The entry of `countersign` and `npm run countersign -- …`. */
try {
  await buildProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong, which it ends with 1; asking for help or the version is not, and `verify` has a code of its own.
  process.exitCode = error.exitCode === 1 ? EXIT_USAGE : error.exitCode;
}
