import { Id, Instant } from '#contract/primitives.ts';
import { repeatable } from '#db/changes/apply.ts';
import { correctGuestEmail } from '#db/changes/correct-email.ts';
import { markNoShow, undoNoShow } from '#db/changes/no-show.ts';
import { asOrganization } from '#db/pool.ts';
import { bookingAudit, type Actor } from '#db/queries/audit.ts';
import { readBookingContext } from '#db/queries/booking-context.ts';
import { databaseNow } from '#db/queries/bookings.ts';
import { documentsOf, findDocument } from '#db/queries/documents.ts';
import { envelopeOf } from '#db/queries/envelopes.ts';
import { belongsTo, listBookings } from '#db/queries/host-bookings.ts';
import { messagesOf } from '#db/queries/messages.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { scopeOf, type HostCaller } from '../auth/identity.ts';
import type { ApiParts } from '../parts.ts';
import * as present from '../presenters/booking.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import { askForChange, bookingOf, moveTo, throwIfRefused } from './changes.ts';
import { openDocument } from './guest-booking.ts';

type HostHandlers = Pick<Handlers, 'listBookings' | 'readBooking' | 'bookingAudit' | 'bookingDocument' | ActionName>;
/** What a host can do about a booking. */
type ActionName =
  | 'hostCancel'
  | 'hostRelease'
  | 'hostReschedule'
  | 'resend'
  | 'correctGuestEmail'
  | 'markNoShow'
  | 'undoNoShow'
  | 'retry';

/** Makes sure that a booking is one that the asking person reaches: row-level security answers. */
type Own = (who: HostCaller, bookingId: string) => Promise<string>;

/** Bookings as their hosts see and manage them. Each route first makes sure that the asking person reaches the booking. */
export function hostBookingRoutes(parts: ApiParts): HostHandlers {
  const own: Own = async (who, bookingId) => {
    const isOwn = await asOrganization(parts.database, scopeOf(who), (tx) =>
      belongsTo(tx, who.organizationId, bookingId),
    );
    if (!isOwn) throw new Refused('not_found');
    return bookingId;
  };
  return { ...readingRoutes(parts, own), ...actionRoutes(parts, own) };
}

function readingRoutes(
  parts: ApiParts,
  own: Own,
): Pick<HostHandlers, 'listBookings' | 'readBooking' | 'bookingAudit' | 'bookingDocument'> {
  const { database, cipher } = parts;
  return {
    listBookings: async ({ who, query }) => {
      const position = parts.relay.position();
      const { cursor, limit, ...filter } = query;
      const rows = await asOrganization(database, scopeOf(who), (tx) =>
        listBookings(tx, cipher, {
          ...filter,
          organizationId: who.organizationId,
          hostId: query.hostId ?? scopeOf(who).onlyHostId,
          from: query.from ? new Date(query.from) : undefined,
          to: query.to ? new Date(query.to) : undefined,
          after: cursor ? readCursor(cursor) : undefined,
          limit: limit + 1,
        }),
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(present.bookingSummary),
        nextCursor: rows.length > limit && last ? writeCursor(last) : null,
        position,
        serverTime: parts.clock.now().toISOString(),
      };
    },
    readBooking: async ({ who, params }) => readHostBooking(parts, await own(who, params.id)),
    bookingAudit: async ({ who, params }) => {
      const id = await own(who, params.id);
      const rows = await asOrganization(database, scopeOf(who), (tx) => bookingAudit(tx, id));
      return { items: rows.map(present.auditEntry) };
    },
    bookingDocument: async (call) => {
      const id = await own(call.who, call.params.id);
      const document = await findDocument(database, call.params.documentId);
      if (document?.bookingId !== id) throw new Refused('not_found');
      return openDocument(parts, document, asHost(call));
    },
  };
}

function actionRoutes(parts: ApiParts, own: Own): Pick<Handlers, ActionName> {
  const { database } = parts;
  return {
    hostCancel: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      await askForChange(parts, { bookingId, kind: 'cancel', actor: asHost(call), reason: call.body.reason }, call);
      return readHostBooking(parts, bookingId);
    },
    hostRelease: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      await askForChange(parts, { bookingId, kind: 'release', actor: asHost(call), reason: call.body.reason }, call);
      return readHostBooking(parts, bookingId);
    },
    hostReschedule: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      const to = moveTo(await bookingOf(parts, bookingId), call.body);
      await askForChange(
        parts,
        { bookingId, kind: 'reschedule', actor: asHost(call), reason: call.body.reason, to },
        call,
      );
      return readHostBooking(parts, bookingId);
    },
    resend: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      await askForChange(
        parts,
        { bookingId, kind: 'resend', actor: asHost(call), recipient: call.body.recipient },
        call,
      );
      return readHostBooking(parts, bookingId);
    },
    correctGuestEmail: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      const requestId = call.idFor(`correct-email:${bookingId}`);
      const { email } = call.body;
      throwIfRefused(
        await correctGuestEmail(database, parts.cipher, { requestId, bookingId, email, actor: asHost(call) }),
      );
      await parts.engine.nudge(await bookingOf(parts, bookingId));
      return readHostBooking(parts, bookingId);
    },
    markNoShow: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      throwIfRefused(await markNoShow(database, bookingId, asHost(call)));
      await parts.engine.nudge(await bookingOf(parts, bookingId));
      return readHostBooking(parts, bookingId);
    },
    undoNoShow: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      throwIfRefused(await undoNoShow(database, bookingId, asHost(call)));
      await parts.engine.nudge(await bookingOf(parts, bookingId));
      return readHostBooking(parts, bookingId);
    },
    retry: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      await askForChange(parts, { bookingId, kind: 'retry', actor: asHost(call) }, call);
      return readHostBooking(parts, bookingId);
    },
  };
}

async function readHostBooking(parts: ApiParts, bookingId: string) {
  const { database, cipher } = parts;
  const [context, envelope, messages, documents, now] = await Promise.all([
    readBookingContext(database, cipher, bookingId),
    envelopeOf(database, bookingId),
    messagesOf(database, bookingId),
    documentsOf(database, bookingId),
    databaseNow(database),
  ]);
  const declineReason = envelope?.declineReasonCipher
    ? cipher.open(envelope.declineReasonCipher, 'change_request.reason')
    : null;
  return present.hostBooking(context, {
    envelope,
    messages,
    documents,
    declineReason,
    workflowUrl: workflowUrl(parts, bookingId),
    repeatable: repeatable(messages, 'guest', context.booking, now) !== null,
    now,
  });
}

function workflowUrl(parts: ApiParts, bookingId: string): string | null {
  if (!parts.temporalUiUrl) return null;
  return `${parts.temporalUiUrl}/namespaces/${parts.temporalNamespace}/workflows/${bookingWorkflowId(bookingId)}`;
}

const asHost = (call: Pick<Call<'readBooking'>, 'who' | 'ip'>): Actor => ({
  type: 'host',
  id: call.who.accountId,
  ip: call.ip,
});

/** Where a page ends: the sort key of its last row. */
function writeCursor({ startsAt, id }: { startsAt: Date; id: string }): string {
  return Buffer.from(`${startsAt.toISOString()}|${id}`).toString('base64url');
}

function readCursor(cursor: string): { startsAt: Date; id: string } {
  const [instant = '', id = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split('|');
  if (!Instant.safeParse(instant).success || !Id.safeParse(id).success) {
    throw new Refused('validation_failed', {
      errors: [{ field: 'query.cursor', code: 'invalid', message: 'This is not the end of a page.' }],
    });
  }
  return { startsAt: new Date(instant), id };
}
