import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Reads `.env` at the top of the repository, when there is one. What the environment already has, it keeps. */
export function readEnvFile(): void {
  const file = join(import.meta.dirname, '..', '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}
