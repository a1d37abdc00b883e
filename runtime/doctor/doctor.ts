import { openShared } from '../composition.ts';
import type { Config } from '../config.ts';
import { claims, leftLying, stuck, workflows } from './bookings.ts';
import { lookAtConnections } from './connections.ts';
import { deadLetters, outbox, stream } from './facts.ts';
import type { Check, Finding, Patient } from './finding.ts';
import { audit, clock, documents, masterKeys, migrations, signingKeys } from './records.ts';
import { settings } from './settings.ts';
import { workers } from './workers.ts';

/** In this order: what explains the most comes first, and is mended before what follows from it. */
const checks: readonly Check[] = [
  migrations,
  settings,
  clock,
  masterKeys,
  workers,
  workflows,
  claims,
  leftLying,
  stuck,
  outbox,
  stream,
  deadLetters,
  documents,
  signingKeys,
  audit,
];

/** As docs/operations.md lists them. */
export const checkNames = ['connections', ...checks.map(({ name }) => name)];

export type Examined = {
  name: string;
  title: string;
  /** What is still so, after mending if that was asked for. */
  findings: readonly Finding[];
  /** What was so before it was mended. */
  mended: readonly Finding[];
};

export type Examination = { checks: Examined[]; leftOut: readonly string[] };

/**
 * Looks at an installation from end to end.
 * @param options.fix mends what can be mended without a decision, then looks again
 */
export async function examine(
  config: Config,
  options: { ownerUrl: string | undefined; fix: boolean; thorough: boolean },
): Promise<Examination> {
  const { findings, canGoOn } = await lookAtConnections(config);
  const connections = { name: 'connections', title: 'everything that it talks to answers', findings, mended: [] };
  if (!canGoOn) return { checks: [connections], leftOut: checks.map(({ name }) => name) };
  const shared = await openShared(config, 'doctor');
  try {
    const patient: Patient = { ...shared, config, ownerUrl: options.ownerUrl, thorough: options.thorough };
    const examined: Examined[] = [connections];
    for (const check of checks) examined.push(await examineOne(check, patient, options.fix));
    return { checks: examined, leftOut: [] };
  } finally {
    await shared.close();
  }
}

async function examineOne(check: Check, patient: Patient, fix: boolean): Promise<Examined> {
  const { name, title } = check;
  const found = await look(check, patient);
  const mendable = found.filter((finding) => finding.mend);
  if (!fix || mendable.length === 0) return { name, title, findings: found, mended: [] };
  for (const finding of mendable) await finding.mend?.();
  const left = await untilSettled(check, patient, found.length - mendable.length);
  const stillThere = new Set(left.map(({ what }) => what));
  return { name, title, findings: left, mended: mendable.filter(({ what }) => !stillThere.has(what)) };
}

/** What a workflow does after it was woken takes a moment. */
async function untilSettled(check: Check, patient: Patient, expected: number): Promise<readonly Finding[]> {
  for (let attempt = 0; ; attempt += 1) {
    const findings = await look(check, patient);
    if (findings.length <= expected || attempt === 10) return findings;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** A check that cannot be made is a finding too. */
async function look(check: Check, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await check.look(patient);
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
    return [
      {
        severity: 'error',
        what: `It could not be looked at whether ${check.title} (${reason})`,
        why: 'What was not looked at may be wrong.',
        todo: 'Remove the cause (other findings may name it), and run countersign doctor again.',
      },
    ];
  }
}
