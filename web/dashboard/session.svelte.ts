import type { Me } from '#contract/accounts.ts';
import { api, type Failure } from '../api/client.ts';
import { router } from '../router.svelte.ts';

/** Who is logged in here; the pages of the dashboard wait for it. */
class Session {
  me: Me | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);

  async load(): Promise<void> {
    const answer = await api.call('me', {});
    if (answer.ok) this.take(answer.value);
    else if (answer.failure.code === 'not_logged_in') this.toLogIn();
    else this.failure = answer.failure;
  }

  /** Whoever is logged in, if anybody: for pages that are there for everybody. */
  async look(): Promise<void> {
    const answer = await api.call('me', {});
    if (answer.ok) this.take(answer.value);
  }

  /** Another organization, under other rights: whatever the pages show is read anew. */
  async workIn(organizationId: string, { stay = false } = {}): Promise<void> {
    const answer = await api.call('switchOrganization', { body: { organizationId } });
    if (!answer.ok) {
      this.failure = answer.failure;
      return;
    }
    this.take(answer.value);
    // The live connection knows its rights by the cookie that it was opened with.
    if (!stay) location.assign('/dashboard');
  }

  take(me: Me): void {
    this.failure = null;
    this.me = me;
    api.csrfToken = me.csrfToken;
  }

  /** The page that was asked for comes after the log-in. */
  toLogIn(): void {
    this.end();
    const next = location.pathname + location.search;
    router.navigate(`/log-in?next=${encodeURIComponent(next)}`, { replace: true });
  }

  async logOut(): Promise<void> {
    const answer = await api.call('logOut', {});
    if (!answer.ok && answer.failure.code !== 'not_logged_in') return;
    this.end();
    router.navigate('/log-in');
  }

  end(): void {
    this.me = null;
    api.csrfToken = null;
  }
}

export const session = new Session();

/** Only an address of this site may follow a log-in: a foreign one in the link would be a trap. */
export function safeNext(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/dashboard';
}
