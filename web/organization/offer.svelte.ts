import type { OfferedInvitation } from '#contract/organizations.ts';
import { api, newIdempotencyKey, type Failure } from '../api/client.ts';
import { session } from '../dashboard/session.svelte.ts';
import { language } from '../messages/language.svelte.ts';
import { router } from '../router.svelte.ts';
import { deviceZone } from '../time/zones.ts';

/** An invitation, as the page behind its link shows and accepts it. */
export class Offer {
  offered: OfferedInvitation | null = $state.raw(null);
  joined: { id: string; name: string } | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  busy: boolean = $state(false);
  readonly token = router.fragment;
  /** One try to register; asked again after a lost answer, it finds what the first one made. */
  #key = newIdempotencyKey();

  async load(): Promise<void> {
    const [answer] = await Promise.all([api.call('readInvitation', { body: { token: this.token } }), session.look()]);
    if (answer.ok) this.offered = answer.value;
    else this.failure = answer.failure;
  }

  /** With the account that has the address; whoever is logged in with it goes on in the new organization. */
  async join(): Promise<void> {
    this.busy = true;
    const answer = await api.call('joinByInvitation', { body: { token: this.token } });
    this.failure = answer.ok ? null : answer.failure;
    if (answer.ok) {
      const isSame = session.me?.email.toLowerCase() === this.offered?.email.toLowerCase();
      if (isSame) await session.workIn(answer.value.organization.id, { stay: true });
      this.joined = answer.value.organization;
    }
    this.busy = false;
  }

  async register(name: string, password: string): Promise<void> {
    this.busy = true;
    const body = { token: this.token, name, password, timeZone: deviceZone(), locale: language.locale };
    const answer = await api.call('registerByInvitation', { body, idempotencyKey: this.#key });
    this.busy = false;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) {
      if (answer.failure.code !== 'no_connection') this.#key = newIdempotencyKey();
      return;
    }
    session.take(answer.value);
    router.navigate('/dashboard/start', { replace: true });
  }
}
