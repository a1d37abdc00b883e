import { acknowledged } from './acknowledged.ts';
import type { Evidence, Violation } from './evidence.ts';
import { facts } from './facts.ts';
import { leftovers } from './leftovers.ts';
import { mails } from './mails.ts';
import { overlaps } from './overlaps.ts';
import { signatures } from './signatures.ts';
import { views } from './views.ts';

const checks = { overlaps, acknowledged, signatures, facts, mails, leftovers, views };
export type CheckName = keyof typeof checks;
export const checkNames = Object.keys(checks) as CheckName[];

/** Everything that is not as promised, by the check that found it. */
export function check(evidence: Evidence): ({ check: CheckName } & Violation)[] {
  return checkNames.flatMap((name) => checks[name](evidence).map((violation) => ({ check: name, ...violation })));
}
