import { CommanderError } from 'commander';
import { buildProgram } from './program.ts';
import { EXIT_USAGE } from './terminal.ts';

/** The entry of `countersign` and `npm run countersign -- …`. */
try {
  await buildProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Commander has said what is wrong; asking for help or the version is not.
  process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
}
