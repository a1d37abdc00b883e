import type { Me } from '#contract/accounts.ts';
import { reachOf, type HostRouteName } from '#contract/permissions.ts';

/** Whether a page may offer what this route does: the table that the API enforces. */
export function may(me: Me, route: HostRouteName): boolean {
  return reachOf(route, me) !== 'none';
}

/** Whether other hosts' things are within reach, too. */
export function mayForOthers(me: Me, route: HostRouteName): boolean {
  return reachOf(route, me) === 'organization';
}
