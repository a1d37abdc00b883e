import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** What the Dockerfile copies, pages aside. */
const sources = [
  ...['activities', 'api', 'contract', 'db', 'domain', 'integrations', 'runtime', 'temporal-config', 'workflows'],
  ...['package.json', 'package-lock.json', 'tsconfig.json'],
];

/** Marks, in the history of each booking that begins on the next version, that it has the new step. */
const PATCH = 'cluster-rehearsal';

/**
 * The next release, as one would be written that asks for something new early in a booking's life: under `patched`, so that a
 * booking which began without it goes on without it.
 */
export function makeOtherVersion(folder: string): void {
  for (const source of sources) cpSync(join(root, source), join(folder, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'workflows', 'booking', 'workflow.ts');
  const text = readFileSync(file, 'utf8');
  const changed = text
    .replace('  allHandlersFinished,\n', '  allHandlersFinished,\n  patched,\n')
    .replace(
      'async live(resume: boolean): Promise<void> {\n',
      `async live(resume: boolean): Promise<void> {\n    if (patched('${PATCH}')) await lasting.readProgress(this.bookingId);\n`,
    );
  const lines = (of: string) => of.split('\n').length;
  if (lines(changed) !== lines(text) + 2)
    throw new Error('workflows/booking/workflow.ts has changed: adapt this file.');
  writeFileSync(file, changed);
}
