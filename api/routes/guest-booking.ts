import { documentRead } from '#db/changes/agreement.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { databaseNow } from '#db/queries/bookings.ts';
import { documentOf, documentsOf, type DocumentRow } from '#db/queries/documents.ts';
import { decidingEnvelopeOf } from '#db/queries/envelopes.ts';
import { messagesOf } from '#db/queries/messages.ts';
import type { Actor } from '#db/queries/audit.ts';
import { isMoving } from '#domain/booking/moves.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/booking.ts';
import { Refused } from '../problem.ts';
import type { Call, FileAnswer, Handlers } from '../route.ts';
import { askForChange, bookingOf, moveTo } from './changes.ts';
import { readSlots } from './guest-pages.ts';

type GuestHandlers = Pick<
  Handlers,
  | 'guestBooking'
  | 'guestCancel'
  | 'guestReschedule'
  | 'guestGiveUpMove'
  | 'guestSlots'
  | 'guestInvite'
  | 'guestDocument'
>;

/** What the holder of a secret link may see and do. */
export function guestBookingRoutes(parts: ApiParts): GuestHandlers {
  const { database, cipher, relay } = parts;
  return {
    guestBooking: ({ who }) => readGuestBooking(parts, who.bookingId),
    guestCancel: async (call) => {
      const { bookingId } = call.who;
      await askForChange(parts, { bookingId, kind: 'cancel', actor: asGuest(call), reason: call.body.reason }, call);
      return readGuestBooking(parts, bookingId);
    },
    guestReschedule: async (call) => {
      const { bookingId } = call.who;
      const to = moveTo(await bookingOf(parts, bookingId), call.body);
      await askForChange(
        parts,
        { bookingId, kind: 'reschedule', actor: asGuest(call), reason: call.body.reason, to },
        call,
      );
      return readGuestBooking(parts, bookingId);
    },
    guestGiveUpMove: async (call) => {
      const { bookingId } = call.who;
      if (!isMoving(await bookingOf(parts, bookingId))) throw new Refused('booking_not_held');
      await askForChange(parts, { bookingId, kind: 'release', actor: asGuest(call), reason: call.body.reason }, call);
      return readGuestBooking(parts, bookingId);
    },
    guestSlots: async ({ who, query }) => {
      const position = relay.position();
      const { meetingTypeId, startsAt, endsAt } = await bookingOf(parts, who.bookingId);
      const durationMinutes = query.durationMinutes ?? (endsAt.getTime() - startsAt.getTime()) / 60_000;
      const asked = { which: { meetingTypeId }, query: { ...query, durationMinutes }, exceptBookingId: who.bookingId };
      const { answer } = await readSlots(parts, asked);
      return { ...answer, position, serverTime: parts.clock.now().toISOString() };
    },
    guestInvite: async ({ who }) => {
      const context = await readBookingContext(database, cipher, who.bookingId);
      if (!context.booking.confirmedAt) throw new Refused('booking_not_confirmed');
      const method = context.booking.status === 'canceled' ? 'CANCEL' : 'PUBLISH';
      return { bytes: parts.inviteText(context, method), filename: 'invite.ics' };
    },
    guestDocument: async (call) => {
      const { bookingId } = call.who;
      const agreement = await documentOf(database, bookingId, 'agreement');
      const isToBeSigned = agreement !== null && (await bookingOf(parts, bookingId)).ndaStatus === 'sent';
      const document =
        call.query.which === 'to_sign' && isToBeSigned
          ? agreement
          : ((await documentOf(database, bookingId, 'signed')) ?? agreement);
      if (!document) throw new Refused('not_found');
      return openDocument(parts, document, asGuest(call));
    },
  };
}

/** Position first, state after: a fact that comes in between is told twice, never not at all. */
export async function readGuestBooking(parts: ApiParts, bookingId: string) {
  const { database, cipher } = parts;
  const position = parts.relay.position();
  const [context, envelope, messages, documents, now] = await Promise.all([
    readBookingContext(database, cipher, bookingId),
    decidingEnvelopeOf(database, bookingId),
    messagesOf(database, bookingId),
    documentsOf(database, bookingId),
    databaseNow(database),
  ]);
  return present.guestBooking(context, { envelope, messages, documents }, { now, position });
}

/** What has just been decided about a booking that was read before it. */
export type JustHeld = { at: string; until: string | null };

/** The same without a look, for one whose hold was asked for after `position`: facts from there on tell of whatever was sent meanwhile. */
export function presentNewBooking(parts: ApiParts, before: present.GuestSight, held: JustHeld, position: number) {
  const at = new Date(held.at);
  const state = held.until
    ? { status: 'held' as const, holdExpiresAt: new Date(held.until) }
    : { status: 'confirmed' as const, confirmedAt: at };
  const context = { ...before, booking: { ...before.booking, ...state, heldAt: at } };
  const nothingYet = { envelope: null, messages: [], documents: [] };
  return present.guestBooking(context, nothingYet, { now: parts.clock.now(), position });
}

/** A document's bytes, with the access on record. */
export async function openDocument(
  parts: ApiParts,
  document: DocumentRow,
  actor: Actor,
  by: 'download' | 'link' = 'download',
): Promise<FileAnswer> {
  if (document.removedAt) throw new Refused('document_removed');
  const bytes = await parts.vault.read(document, `${document.organizationId}/${document.id}`);
  await documentRead(parts.database, document.bookingId, document.id, actor, by);
  return { bytes, filename: `${document.title}${document.kind === 'agreement' ? '' : ` (${document.kind})`}.pdf` };
}

export const asGuest = (call: Pick<Call<'guestBooking'>, 'who' | 'ip'>): Actor => ({
  type: 'guest',
  id: call.who.bookingId,
  ip: call.ip,
});
