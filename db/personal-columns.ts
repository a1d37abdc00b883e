/**
 * Every encrypted column, and the words that its values are bound to (`PersonalCipher`'s context). Rotation rewrites these; a test compares
 * the list with the database, so that a new column cannot be forgotten.
 */
export const personalColumns = [
  { table: 'booking', column: 'guest_name_cipher', context: 'booking.guest_name' },
  { table: 'booking', column: 'guest_email_cipher', context: 'booking.guest_email' },
  { table: 'booking', column: 'guest_note_cipher', context: 'booking.guest_note' },
  { table: 'booking', column: 'answers_cipher', context: 'booking.answers' },
  { table: 'booking', column: 'ended_reason_cipher', context: 'change_request.reason' },
  { table: 'change_request', column: 'reason_cipher', context: 'change_request.reason' },
  { table: 'document', column: 'values_cipher', context: 'document.values' },
  { table: 'document', column: 'html_cipher', context: 'document.html' },
  { table: 'envelope', column: 'decline_reason_cipher', context: 'change_request.reason' },
  { table: 'envelope', column: 'signer_cipher', context: 'envelope.signer' },
  { table: 'ceremony', column: 'mark_cipher', context: 'ceremony.mark' },
  { table: 'ceremony', column: 'signer_cipher', context: 'ceremony.signer' },
  { table: 'signing_key', column: 'private_key_cipher', context: 'signing_key.private_key' },
  { table: 'message', column: 'payload_cipher', context: 'message.payload' },
  { table: 'webhook_receipt', column: 'detail_cipher', context: 'webhook_receipt.detail' },
  { table: 'dead_letter', column: 'payload_cipher', context: 'dead_letter.payload' },
  { table: 'idempotency_key', column: 'response_cipher', context: 'idempotency_key.response' },
  { table: 'two_factor', column: 'secret_cipher', context: 'two_factor.secret' },
  { table: 'legal_hold', column: 'reason_cipher', context: 'legal_hold.reason' },
] as const;
