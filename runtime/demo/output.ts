import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenNews } from './live-rooms.ts';

export const outputFiles = {
  document: 'signed-nda.pdf',
  invite: 'invite.ics',
  guestMail: 'confirmation-to-guest.eml',
  hostMail: 'confirmation-to-host.eml',
  events: 'events.jsonl',
} as const;

/** The folder without the files of an earlier run: what is there afterwards is of this one. */
export function prepareOutput(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const file of Object.values(outputFiles)) rmSync(join(directory, file), { force: true });
}

export function keep(directory: string, file: keyof typeof outputFiles, content: Uint8Array | string): void {
  writeFileSync(join(directory, outputFiles[file]), content);
}

/** One line for each event and viewer, in the order in which they came. */
export function keepEvents(directory: string, seen: readonly SeenNews[]): void {
  const lines = seen.map(({ viewer, elapsedMs, news }) => `${JSON.stringify({ elapsedMs, viewer, ...news })}\n`);
  keep(directory, 'events', lines.join(''));
}
