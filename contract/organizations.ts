import { z } from 'zod';
import { NewPassword, Role } from './accounts.ts';
import { Email, Id, Instant, Line, Locale, Slug, TimeZone } from './primitives.ts';

export const Organization = z
  .object({
    id: Id,
    name: z.string(),
    slug: Slug,
    contactEmail: Email.nullable().meta({
      description: 'Where mails about bookings of former members go; null: to the longest-serving OWNER',
    }),
  })
  .meta({ id: 'Organization' });
export const OrganizationChange = z
  .object({ name: Line(120).optional(), contactEmail: Email.nullable().optional() })
  .meta({ id: 'OrganizationChange' });
export const OrganizationChoice = z.object({ organizationId: Id }).meta({ id: 'OrganizationChoice' });

const upcoming = z.int().meta({ description: 'Bookings that are held or confirmed, and not over' });
export const Member = z
  .object({
    accountId: Id,
    name: z.string(),
    email: Email,
    role: Role,
    joinedAt: Instant,
    host: z.object({ id: Id, slug: Slug, displayName: z.string() }),
    /** Null for those who do not see other people's bookings. */
    upcomingBookings: upcoming.nullable(),
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof Member>;
export const FormerMember = z
  .object({
    host: z.object({ id: Id, displayName: z.string() }),
    leftAt: Instant,
    upcomingBookings: upcoming.nullable(),
  })
  .meta({ id: 'FormerMember' });
export type FormerMember = z.infer<typeof FormerMember>;
export const MemberList = z
  .object({ items: z.array(Member), former: z.array(FormerMember) })
  .meta({ id: 'MemberList' });
export const RoleChange = z.object({ role: Role }).meta({ id: 'RoleChange' });

export const Invitation = z
  .object({
    id: Id,
    email: Email,
    role: Role,
    invitedBy: z.string().nullable(),
    sentAt: Instant,
    expiresAt: Instant,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;
export const InvitationInput = z.object({ email: Email, role: Role }).meta({ id: 'InvitationInput' });

/** What the link of an invitation offers. */
export const OfferedInvitation = z
  .object({
    organizationName: z.string(),
    inviterName: z.string(),
    email: Email,
    role: Role,
    expiresAt: Instant,
    hasAccount: z.boolean().meta({ description: 'Whether an account with this address exists already' }),
  })
  .meta({ id: 'OfferedInvitation' });
export type OfferedInvitation = z.infer<typeof OfferedInvitation>;
export const InvitedRegistration = z
  .object({
    token: z.string().min(20).max(200),
    name: Line(120),
    password: NewPassword,
    timeZone: TimeZone,
    locale: Locale.default('en'),
  })
  .meta({ id: 'InvitedRegistration' });
export const Joined = z.object({ organization: z.object({ id: Id, name: z.string() }) }).meta({ id: 'Joined' });
