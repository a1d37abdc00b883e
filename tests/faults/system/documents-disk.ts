import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** A disk for documents alone, small enough to be filled. */
export type DocumentsDisk = {
  dir: string;
  /** Null: it is an ordinary folder, which this test does not fill. */
  fill: (() => Promise<void>) | null;
  empty(): void;
  remove(): void;
};

/** As much as a long run's documents take, and little enough for a machine's memory. */
const size = '512m';
const pieceBytes = 1 << 20;

/** A tmpfs where root may mount one (Linux), else an ordinary folder. */
export function makeDocumentsDisk(dir: string): DocumentsDisk {
  mkdirSync(dir, { recursive: true });
  const ballast = join(dir, 'ballast');
  const empty = () => rmSync(ballast, { force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return { dir, fill: null, empty, remove: () => undefined };
  }
  return { dir, fill: () => fillWith(ballast), empty, remove: () => void execFileSync('umount', ['-l', dir]) };
}

/** Writes until nothing more fits. */
async function fillWith(ballast: string): Promise<void> {
  const file = await open(ballast, 'a');
  try {
    for (let piece = pieceBytes; piece >= 1; piece = piece > 4096 ? 4096 : 0) {
      const bytes = Buffer.alloc(piece);
      while (await fits(() => file.write(bytes))) continue;
    }
  } finally {
    await file.close();
  }
}

async function fits(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
