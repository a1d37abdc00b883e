import type { Me } from '#contract/accounts.ts';

const list = '/dashboard/meeting-types';
const of = (hostId: string | undefined, me: Me): string =>
  hostId === undefined || hostId === me.host.id ? '' : `?host=${hostId}`;

/** Where a host's meeting types are listed, and where one is added: the reader's own without further words. */
export const listOf = (hostId: string | undefined, me: Me): string => list + of(hostId, me);
export const newOf = (hostId: string | undefined, me: Me): string => `${list}/new${of(hostId, me)}`;
