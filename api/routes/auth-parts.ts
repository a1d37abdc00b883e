import type { Guesses } from '../auth/guesses.ts';
import type { Limiter } from '../limits.ts';

/** What stands between a stranger and an account; one of each per process. */
export type AuthParts = { limiter: Limiter; guesses: Guesses };
