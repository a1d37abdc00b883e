/**
 * Everything that the audit trail tells of: stable codes, `what.happened`. Nothing else can be appended, and every one has its sentence in
 * each language (web/messages/audit-*.ts): whoever adds one is told by the compiler.
 */
export const auditActions = [
  // a booking's life
  'slot.held',
  'slot.released',
  'booking.refused',
  'booking.abandoned',
  'booking.confirmed',
  'booking.displaced',
  'booking.rescheduled',
  'booking.move_held',
  'booking.move_ended',
  'booking.canceled',
  'booking.expired',
  'booking.reminded',
  'booking.completed',
  'booking.no_show',
  'booking.no_show_undone',
  'booking.attention',
  'booking.recovered',
  'step.retried',
  'claim.mended',
  'guest.email_corrected',
  'booking.erased',
  'legal_hold.set',
  'legal_hold.lifted',
  // its agreement
  'nda.created',
  'nda.sent',
  'nda.signed',
  'nda.completed',
  'nda.declined',
  'nda.voided',
  'signing_code.sent',
  'signing_code.limit_reached',
  'signing.refused',
  'document.read',
  // its mails
  'mail.sent',
  'mail.failed',
  'mail.resent',
  'mail.delivered',
  'mail.bounced',
  'mail.complained',
  'mail.superseded',
  // what is offered
  'schedule.created',
  'schedule.changed',
  'schedule.deleted',
  'meeting_type.created',
  'meeting_type.changed',
  'meeting_type.archived',
  'nda_template.created',
  'nda_template.published',
  // people and their rights
  'account.registered',
  'account.password_changed',
  'account.password_reset',
  'account.two_factor_on',
  'account.two_factor_off',
  'account.recovery_codes_renewed',
  'account.api_key_created',
  'account.api_key_revoked',
  'account.log_in_linked',
  'account.log_in_unlinked',
  'session.started',
  'session.switched',
  'organization.changed',
  'retention.changed',
  'guest_data.exported',
  'guest_data.erased',
  'invitation.sent',
  'invitation.resent',
  'invitation.withdrawn',
  'invitation.accepted',
  'member.role_changed',
  'member.removed',
  'member.left',
  // running it
  'dead_letter.replayed',
  'signing_key.rotated',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** What entries are about, for those who look for something: the kinds of events under each. */
export const auditSubjects = ['bookings', 'documents', 'mails', 'offer', 'people', 'privacy', 'operations'] as const;
export type AuditSubject = (typeof auditSubjects)[number];
const subjectOfWord: Readonly<Record<string, AuditSubject>> = {
  slot: 'bookings',
  booking: 'bookings',
  guest: 'bookings',
  step: 'operations',
  claim: 'operations',
  legal_hold: 'privacy',
  retention: 'privacy',
  guest_data: 'privacy',
  dead_letter: 'operations',
  signing_key: 'operations',
  nda: 'documents',
  document: 'documents',
  signing_code: 'documents',
  signing: 'documents',
  mail: 'mails',
  schedule: 'offer',
  meeting_type: 'offer',
  nda_template: 'offer',
};

/** Accounts, sessions, keys, invitations, members: whatever is not named otherwise is about people and their rights. */
export function subjectOf(action: AuditAction): AuditSubject {
  if (action === 'booking.erased') return 'privacy';
  return subjectOfWord[action.split('.')[0] ?? ''] ?? 'people';
}
