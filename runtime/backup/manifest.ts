import { hkdfSync } from 'node:crypto';
import { z } from 'zod';
import type { MasterKey } from '../settings.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const file = z.object({ bytes: z.number().int().nonnegative(), sha256 });

/** What a backup says of itself. Sizes and hashes are those of the files as they lie in the folder. */
export const Manifest = z.object({
  format: z.literal(1),
  product: z.literal('countersign'),
  version: z.string(),
  /** The moment that the database was read at. */
  takenAt: z.iso.datetime(),
  postgres: z.string(),
  migrations: z.array(z.string()).min(1),
  /** Which master keys open what is in here, and how to know them again: never the keys. */
  keys: z.array(z.object({ id: z.string(), check: z.string() })).min(1),
  tables: z.array(
    file.extend({ name: z.string(), columns: z.array(z.string()), rows: z.number().int().nonnegative() }),
  ),
  objects: z.array(file.extend({ key: z.string() })),
  /** Keys that the database names and that could not be read, or were not what the database says. */
  missing: z.array(z.object({ key: z.string(), reason: z.string() })),
  /** Of the stream of facts: positions of a new one begin after it. */
  stream: z.object({ lastPosition: z.number().int().nonnegative() }),
});
export type Manifest = z.infer<typeof Manifest>;

export const manifestFile = 'manifest.json';
export const tableFile = (name: string): string => `database/${name}.copy.gz`;
export const objectFile = (key: string): string => `objects/${key}.bin`;

/** Tells a key from another without telling anything of it: derived one-way, for this purpose alone. */
export function keyChecks(keys: readonly MasterKey[]): Manifest['keys'] {
  return keys.map(({ id, key }) => ({
    id,
    check: Buffer.from(hkdfSync('sha256', key, '', 'countersign/backup-key-check', 8)).toString('hex'),
  }));
}

/** Ids of keys that this backup was made under and that are not configured here, or are others under the same name. */
export function unknownKeys(manifest: Manifest, keys: readonly MasterKey[]): string[] {
  const configured = new Map(keyChecks(keys).map(({ id, check }) => [id, check]));
  return manifest.keys.filter(({ id, check }) => configured.get(id) !== check).map(({ id }) => id);
}
