import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
/** What the Dockerfile copies, pages aside. */
const sources = [
  ...['activities', 'api', 'contract', 'db', 'domain', 'integrations', 'runtime', 'temporal-config', 'workflows'],
  ...['package.json', 'package-lock.json', 'tsconfig.json'],
];

/** Marks, in the history of each booking that begins on the next version, that it has the new step. */
export const PATCH = 'cluster-rehearsal';

/** By file: a line, and the line that the next version has after it. */
const additions: Record<string, readonly { after: string; line: string }[]> = {
  'workflows/booking/workflow.ts': [
    {
      after: "} from '@temporalio/workflow';",
      line: "import { patched as isOfNextVersion } from '@temporalio/workflow';",
    },
    {
      after: '  async live(resume: boolean): Promise<void> {',
      line: `    if (isOfNextVersion('${PATCH}')) await documents.rehearse(this.bookingId);`,
    },
  ],
  'workflows/booking/effects.ts': [
    {
      after: '  createAgreement(bookingId: string): Promise<Progress>;',
      line: '  rehearse(bookingId: string): Promise<Progress>;',
    },
  ],
  'activities/worker.ts': [
    {
      after: '    createAgreement: after(createAgreement),',
      line: '    rehearse: (bookingId) => afterChange(parts, bookingId),',
    },
  ],
};

/**
 * The next release, as one would be written that asks for something new early in a booking's life, of a worker of the other kind: under
 * `patched`, so that a booking which began without it goes on without it.
 */
export function makeOtherVersion(folder: string): void {
  for (const source of sources) cpSync(join(root, source), join(folder, source), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(changedFiles())) writeFileSync(join(folder, path), text);
}

/** The files of which the next version has others, with their new text. @throws when this version is no longer what it builds on */
export function changedFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(additions).map(([path, lines]) => [
      path,
      lines.reduce(
        (text, { after, line }) => withLine(path, text, after, line),
        readFileSync(join(root, path), 'utf8'),
      ),
    ]),
  );
}

function withLine(path: string, text: string, after: string, line: string): string {
  const parts = text.split(`${after}\n`);
  if (parts.length !== 2) throw new Error(`${path} has changed: adapt tests/cluster/other-version.ts to it.`);
  return parts.join(`${after}\n${line}\n`);
}
