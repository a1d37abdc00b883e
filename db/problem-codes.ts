/** Codes (of contract/problems.ts) that the database can cause; db does not import the contract, so they are named here. */
export type ProblemCode = 'email_taken' | 'slug_taken' | 'already_invited' | 'slot_taken';
