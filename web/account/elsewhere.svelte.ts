import type { z } from 'zod';
import type { LogInElsewhere, LogInProvider } from '#contract/accounts.ts';
import { api, type Failure, type Result } from '../api/client.ts';

/** The other sites through which one can log in here. */
class LogInProviders {
  items: z.infer<typeof LogInProvider>[] = $state.raw([]);
  failure: Failure | null = $state.raw(null);

  async load(): Promise<void> {
    const answer = await api.call('listLogInProviders', {});
    if (answer.ok) this.items = answer.value.items;
  }
}

export const logInProviders = new LogInProviders();

const nextKey = 'log-in-next';

/** Sends the browser to the other site; where to go after it stays in this tab. */
export function leaveFor(answer: Result<z.infer<typeof LogInElsewhere>>, next: string | null): void {
  logInProviders.failure = answer.ok ? null : answer.failure;
  if (!answer.ok) return;
  if (next === null) sessionStorage.removeItem(nextKey);
  else sessionStorage.setItem(nextKey, next);
  location.assign(answer.value.url);
}

export function nextAfterReturn(): string | null {
  const next = sessionStorage.getItem(nextKey);
  sessionStorage.removeItem(nextKey);
  return next;
}
