import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const password = z.string().min(20);

const schema = z.object({
  postgresPassword: password,
  ownerPassword: password,
  appPassword: password,
  /** 32 bytes in base64. Documents in the same state folder cannot be read without it. */
  masterKey: z.string().length(44),
});

export type Secrets = z.output<typeof schema>;

/**
 * What an embedded system keeps to itself: made on the first start, readable by its owner alone.
 * @throws when the file is there but not as this program wrote it
 */
export function embeddedSecrets(stateDir: string): Secrets {
  const file = join(stateDir, 'secrets.json');
  if (existsSync(file)) {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new Error(
      `${file} is damaged: ${z.prettifyError(parsed.error)}. Without it the state folder cannot be read.`,
    );
  }
  mkdirSync(stateDir, { recursive: true });
  const made = {
    postgresPassword: randomBytes(24).toString('base64url'),
    ownerPassword: randomBytes(24).toString('base64url'),
    appPassword: randomBytes(24).toString('base64url'),
    masterKey: randomBytes(32).toString('base64'),
  };
  // On disk before it has its name: what is encrypted under a key that was lost is lost with it.
  writeFileSync(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return made;
}
