import type { z } from 'zod';
import type { Role } from './accounts.ts';
import type { RouteName, Routes } from './routes.ts';

export type RoleName = z.infer<typeof Role>;
export type HostRouteName = { [N in RouteName]: Routes[N]['audience'] extends 'host' ? N : never }[RouteName];

/**
 * How far a request reaches: nowhere (403 `not_allowed`), to what is the asking person's own, to everything of the organization, or beyond
 * organizations. What lies outside of it is not there for the request: 404, as for another organization's.
 */
export type Reach = 'none' | 'own' | 'organization' | 'installation';
/** Whoever runs the installation (OPERATOR_EMAILS) is not a role: it goes with the account, whatever its roles are. */
export type Rule = Readonly<Record<RoleName, Reach>> | 'operator';

const ownOnly = { OWNER: 'own', ADMIN: 'own', MEMBER: 'own' } as const;
const ownOrAll = { OWNER: 'organization', ADMIN: 'organization', MEMBER: 'own' } as const;
const shared = { OWNER: 'organization', ADMIN: 'organization', MEMBER: 'organization' } as const;
const managers = { OWNER: 'organization', ADMIN: 'organization', MEMBER: 'none' } as const;
const owners = { OWNER: 'organization', ADMIN: 'none', MEMBER: 'none' } as const;

/** Who may do what: the one table. The API asks it before every host route, the pages ask it what to show. */
export const permissions: Readonly<Record<HostRouteName, Rule>> = {
  // oneself
  logOut: ownOnly,
  me: ownOnly,
  changeProfile: ownOnly,
  changePassword: ownOnly,
  readTwoFactor: ownOnly,
  setUpTwoFactor: ownOnly,
  confirmTwoFactor: ownOnly,
  renewRecoveryCodes: ownOnly,
  endTwoFactor: ownOnly,
  createApiKey: ownOnly,
  listLinkedLogIns: ownOnly,
  linkLogIn: ownOnly,
  unlinkLogIn: ownOnly,
  listApiKeys: ownOrAll,
  revokeApiKey: ownOrAll,
  listSessions: ownOnly,
  revokeSession: ownOnly,
  revokeOtherSessions: ownOnly,
  requestEmailVerification: ownOnly,
  // the organization, and who belongs to it
  switchOrganization: ownOnly,
  leaveOrganization: ownOnly,
  readOrganization: shared,
  listMembers: shared,
  changeOrganization: owners,
  changeMemberRole: owners,
  removeMember: owners,
  listInvitations: owners,
  invite: owners,
  resendInvitation: owners,
  withdrawInvitation: owners,
  // what is offered, and what is booked
  listSchedules: ownOrAll,
  createSchedule: ownOrAll,
  changeSchedule: ownOrAll,
  deleteSchedule: ownOrAll,
  whyNot: ownOrAll,
  listMeetingTypes: ownOrAll,
  createMeetingType: ownOrAll,
  readMeetingType: ownOrAll,
  changeMeetingType: ownOrAll,
  archiveMeetingType: ownOrAll,
  listBookings: ownOrAll,
  readBooking: ownOrAll,
  bookingAudit: ownOrAll,
  bookingDocument: ownOrAll,
  bookingDocumentLink: ownOrAll,
  hostCancel: ownOrAll,
  hostRelease: ownOrAll,
  hostReschedule: ownOrAll,
  resend: ownOrAll,
  markNoShow: ownOrAll,
  undoNoShow: ownOrAll,
  retry: ownOrAll,
  insights: ownOrAll,
  bookingTotals: ownOrAll,
  correctGuestEmail: ownOrAll,
  bookingRetention: ownOrAll,
  // what the organization agrees to: everybody uses it, those who answer for it write it
  listNdaTemplates: shared,
  listTemplateVariables: shared,
  readNdaTemplate: shared,
  listNdaTemplateVersions: shared,
  previewNda: shared,
  previewNdaPdf: shared,
  createNdaTemplate: managers,
  publishNdaTemplate: managers,
  // what is kept of guests: names all of them, so not a MEMBER's
  readRetention: managers,
  changeRetention: managers,
  setLegalHold: managers,
  liftLegalHold: managers,
  exportGuestData: managers,
  previewErasure: managers,
  eraseGuestData: managers,
  // what documents are sealed with
  listSigningKeys: managers,
  rotateSigningKey: managers,
  // what could not be processed
  listDeadLetters: owners,
  replayDeadLetter: owners,
  listInstallationDeadLetters: 'operator',
  replayInstallationDeadLetter: 'operator',
  // what happened, and who did it
  listAuditEvents: managers,
};

export function reachOf(route: HostRouteName, who: { role: RoleName; isOperator: boolean }): Reach {
  const rule = permissions[route];
  if (rule === 'operator') return who.isOperator ? 'installation' : 'none';
  return rule[who.role];
}
