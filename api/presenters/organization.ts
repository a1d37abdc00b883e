import type { z } from 'zod';
import type * as contract from '#contract/organizations.ts';
import type { InvitationRow, OfferedInvitation } from '#db/queries/invitations.ts';
import type { FormerMemberRow, MemberRow } from '#db/queries/members.ts';

/** `seesBookings`: whether the reader may see other people's bookings, and so how many there are. */
export function member(row: MemberRow, seesBookings: boolean): z.input<typeof contract.Member> {
  const { accountId, name, email, role, joinedAt, hostId, slug, displayName, upcomingBookings } = row;
  return {
    accountId,
    name,
    email,
    role,
    joinedAt: joinedAt.toISOString(),
    host: { id: hostId, slug, displayName },
    upcomingBookings: seesBookings ? upcomingBookings : null,
  };
}

export function formerMember(row: FormerMemberRow, seesBookings: boolean): z.input<typeof contract.FormerMember> {
  return {
    host: { id: row.hostId, displayName: row.displayName },
    leftAt: row.leftAt.toISOString(),
    upcomingBookings: seesBookings ? row.upcomingBookings : null,
  };
}

export function invitation({ sentAt, expiresAt, ...row }: InvitationRow): z.input<typeof contract.Invitation> {
  return { ...row, sentAt: sentAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

export function offeredInvitation(offer: OfferedInvitation): z.input<typeof contract.OfferedInvitation> {
  const { organizationName, inviterName, email, role, expiresAt, accountId } = offer;
  return {
    organizationName,
    inviterName,
    email,
    role,
    expiresAt: expiresAt.toISOString(),
    hasAccount: accountId !== null,
  };
}
