import { z } from 'zod';

/**
 * Every refusal a client can meet: its stable `code`, HTTP status and sentence. Database constraint names (db/errors.ts) and domain
 * refusals map to these codes; the web shows the same sentences.
 */
export const problems = {
  // the request itself
  validation_failed: { status: 400, title: 'Some of what was sent is not right.' },
  malformed_body: { status: 400, title: 'The body is not valid JSON.' },
  body_too_large: { status: 413, title: 'The body is larger than this endpoint accepts.' },
  unsupported_media_type: { status: 415, title: 'Send JSON, with Content-Type: application/json.' },
  not_found: { status: 404, title: 'There is nothing here.' },
  method_not_allowed: { status: 405, title: 'This address does not take that method.' },
  rate_limited: { status: 429, title: 'Too many requests. Wait a moment, then try again.' },
  idempotency_key_reused: { status: 422, title: 'This Idempotency-Key was used before with a different request.' },
  idempotency_key_busy: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still under way. Try again in a moment.',
  },
  // who is asking
  not_logged_in: { status: 401, title: 'Log in first.' },
  wrong_credentials: { status: 401, title: 'E-mail or password is not right.' },
  csrf_refused: { status: 403, title: 'The request did not come from this site’s own pages.' },
  not_allowed: { status: 403, title: 'Your role does not allow this.' },
  second_factor_required: { status: 401, title: 'Now enter the code of your authenticator app.' },
  second_factor_wrong: { status: 403, title: 'This code is not right, or was used already. Wait for the next one.' },
  log_in_expired: { status: 401, title: 'This log-in took too long. Begin again.' },
  log_in_refused: { status: 401, title: 'The other site did not confirm who you are. Try again.' },
  email_not_vouched: {
    status: 403,
    title:
      'The other site does not say that your e-mail address is yours. Confirm it there, or log in with a password.',
  },
  email_unconfirmed: {
    status: 403,
    title:
      'There is an account with your e-mail address that was never confirmed. Confirm it by the mail that it got, or reset its password; then this works too.',
  },
  identity_taken: { status: 409, title: 'This log-in belongs to another account already.' },
  two_factor_on: { status: 409, title: 'Two-factor is on already.' },
  two_factor_off: { status: 409, title: 'Two-factor is not set up.' },
  api_key_invalid: { status: 401, title: 'This API key does not exist, has expired, or was revoked.' },
  scope_missing: { status: 403, title: 'This API key is not allowed to do that.' },
  password_wrong: { status: 403, title: 'The password is not right.' },
  password_too_common: {
    status: 422,
    title:
      'This password is easy to guess: it is on the lists that attackers try first, or made of your name or address.',
  },
  email_taken: { status: 409, title: 'There is an account with this e-mail address already.' },
  slug_taken: { status: 409, title: 'This link name is taken. Choose another.' },
  no_organization: {
    status: 403,
    title: 'This account belongs to no organization any more. Ask for an invitation, and accept it first.',
  },
  last_owner: { status: 409, title: 'An organization needs an owner. Make somebody else one first.' },
  already_member: { status: 409, title: 'Somebody with this address is a member already.' },
  already_invited: {
    status: 409,
    title: 'This address is invited already. Send that invitation again, or withdraw it.',
  },
  account_missing: { status: 409, title: 'There is no account with this address yet. Accept with a new one.' },
  account_unconfirmed: {
    status: 409,
    title:
      'The account with this address is not confirmed. Set a new password for it, which confirms it, then come back.',
  },
  token_invalid: { status: 400, title: 'This link is no longer valid. Ask for a new one.' },
  schedule_is_default: {
    status: 409,
    title: 'Meeting types that name no schedule use this one. Make another one the default first.',
  },
  // times
  unknown_time_zone: { status: 400, title: 'This time zone is not known.' },
  range_too_long: { status: 400, title: 'Ask for at most 366 days at a time.' },
  slot_taken: { status: 409, title: 'This time has just been taken. Choose another.' },
  slot_not_offered: { status: 409, title: 'This time is not offered. Choose one of those listed.' },
  // bookings
  booking_over: { status: 409, title: 'This booking is over; nothing more can be changed.' },
  booking_not_held: { status: 409, title: 'This slot is not held any more.' },
  booking_not_confirmed: { status: 409, title: 'Only a confirmed booking can be changed like this.' },
  meeting_started: { status: 409, title: 'The meeting has begun already.' },
  meeting_not_ended: { status: 409, title: 'The meeting has not begun yet.' },
  hold_running: { status: 409, title: 'The hold is still running.' },
  too_late_to_change: { status: 409, title: 'It is too close to the start to change this online. Write to the host.' },
  reschedule_limit_reached: { status: 409, title: 'This booking was moved as often as it can be. Write to the host.' },
  move_pending: {
    status: 409,
    title: 'Another time is held for this booking until its NDA is signed. Sign for it or give it up first.',
  },
  legal_hold_stands: { status: 409, title: 'A legal hold stands on this booking already.' },
  no_legal_hold: { status: 409, title: 'No legal hold stands on this booking.' },
  booking_erased: { status: 409, title: 'The data of this booking was deleted.' },
  link_expired: { status: 410, title: 'This link has run out, or is not complete. Ask for the document again.' },
  document_removed: {
    status: 410,
    title: 'This document was deleted, as the retention policy or a guest’s erasure wanted it.',
  },
  nothing_to_resend: { status: 409, title: 'No mail was sent for this booking yet.' },
  nothing_to_retry: { status: 409, title: 'No step of this booking is waiting for help.' },
  // signing
  signing_not_open: { status: 409, title: 'There is nothing to sign here now.' },
  signing_closed: {
    status: 409,
    title: 'The time to sign has run out. If the slot is still free, you can take it again.',
  },
  already_signed: { status: 409, title: 'This document is signed already.' },
  consent_required: { status: 422, title: 'Agree to sign electronically first.' },
  document_changed: { status: 409, title: 'The document is not the one that was shown. Reload and read it again.' },
  signature_unreadable: {
    status: 422,
    title: 'The signature image cannot be read. Draw it, type your name, or upload a PNG or JPEG.',
  },
  code_required: { status: 422, title: 'Enter the code that was sent to your e-mail address.' },
  code_wrong: { status: 422, title: 'This code is not right. Check the newest mail, or ask for a new one.' },
  code_limit_reached: {
    status: 409,
    title: 'Too many codes were asked for or tried. Ask the host to send you the agreement again, then you can go on.',
  },
  template_invalid: { status: 422, title: 'The template has mistakes.' },
  template_in_use: { status: 409, title: 'Meeting types use this template. Give them another one first.' },
  webhook_forged: { status: 401, title: 'The signature of this webhook is not right.' },
  webhook_unreadable: { status: 202, title: 'Stored among the dead letters: it could not be understood.' },
  // the house
  dependency_unavailable: {
    status: 503,
    title: 'A part of the system does not answer. Nothing is lost; try again in a moment.',
  },
  internal: { status: 500, title: 'Something went wrong on our side. It has been written down.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457, with a stable `code`, and `errors` naming each field by its path. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
    instance: z.string().optional(),
    errors: z
      .array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'One entry per field that is not right; `field` is a dotted path.' }),
    /** What the refusal is about: reasons why a time is not offered, the seconds to wait, and so on. */
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });
export type Problem = z.infer<typeof Problem>;
