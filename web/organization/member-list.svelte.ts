import type { FormerMember, Member } from '#contract/organizations.ts';
import type { RoleName } from '#contract/permissions.ts';
import { api, type Failure, type Result } from '../api/client.ts';
import { session } from '../dashboard/session.svelte.ts';
import { organization } from '../messages/organization.ts';

/** Who belongs to the organization; each change is confirmed before it comes here. */
export class MemberList {
  members: Member[] = $state.raw([]);
  former: FormerMember[] = $state.raw([]);
  loaded: boolean = $state(false);
  failure: Failure | null = $state.raw(null);
  /** What was done last, as a sentence. */
  done: string | null = $state(null);

  async load(): Promise<void> {
    const answer = await api.call('listMembers', {});
    if (!answer.ok) {
      this.failure = answer.failure;
      return;
    }
    this.members = answer.value.items;
    this.former = answer.value.former;
    this.loaded = true;
  }

  async changeRole(member: Member, role: RoleName): Promise<void> {
    const answer = await api.call('changeMemberRole', { params: { id: member.accountId }, body: { role } });
    await this.#after(answer, organization.t.members.roleDone(member.name));
    // One's own rights are others now, under a new token.
    if (answer.ok && member.accountId === session.me?.accountId) await session.load();
  }

  async remove(member: Member): Promise<void> {
    const answer = await api.call('removeMember', { params: { id: member.accountId } });
    await this.#after(answer, organization.t.members.removeDone(member.name));
  }

  async #after(answer: Result<unknown>, done: string): Promise<void> {
    this.failure = answer.ok ? null : answer.failure;
    this.done = answer.ok ? done : null;
    await this.load();
  }
}
