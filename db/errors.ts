import { IntegrityConstraintViolationError } from 'slonik';
import type { ProblemCode } from '#db/problem-codes.ts';

/** The one place that gives a database constraint its meaning for a client. */
const constraintProblems: Readonly<Record<string, ProblemCode>> = {
  account_email_key: 'email_taken',
  host_slug_key: 'slug_taken',
  meeting_type_slug_key: 'slug_taken',
  invitation_one_open: 'already_invited',
  claim_no_overlap: 'slot_taken',
  claim_seat: 'slot_taken',
};

/** The code for a violated constraint that a client can understand, or null: then it is a fault of ours. */
export function problemOfConstraint(error: unknown): ProblemCode | null {
  if (!(error instanceof IntegrityConstraintViolationError)) return null;
  return (error.constraint && constraintProblems[error.constraint]) || null;
}
