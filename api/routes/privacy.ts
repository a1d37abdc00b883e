import type { AuditAction } from '#domain/audit-actions.ts';
import { eraseAsAsked } from '#db/changes/erase.ts';
import { liftLegalHold, setLegalHold } from '#db/changes/legal-hold.ts';
import { asOrganization } from '#db/pool.ts';
import { appendAudit, type Actor } from '#db/queries/audit.ts';
import { bookingsOfGuest, privacyFactsOf, type PrivacyFacts } from '#db/queries/guest-data.ts';
import { belongsTo } from '#db/queries/host-bookings.ts';
import { legalHoldOf } from '#db/queries/legal-holds.ts';
import { previewPurge, retentionDaysOf, setRetentionDays } from '#db/queries/retention.ts';
import { erasureOf, keptUntil, type ErasureDecision } from '#domain/privacy/erasure.ts';
import { scopeOf, type HostCaller } from '../auth/identity.ts';
import { exportGuest } from '../guest-export.ts';
import type { ApiParts } from '../parts.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import { asGuest } from './guest-booking.ts';

type RetentionHandlers = Pick<
  Handlers,
  'readRetention' | 'changeRetention' | 'bookingRetention' | 'setLegalHold' | 'liftLegalHold'
>;
type GuestDataHandlers = Pick<Handlers, 'exportGuestData' | 'previewErasure' | 'eraseGuestData' | 'exportMyData'>;

const listedInPreview = 50;

/** How long what is kept, what a guest may have of it, and what makes an end of it. */
export function privacyRoutes(parts: ApiParts): RetentionHandlers & GuestDataHandlers {
  return { ...retentionRoutes(parts), ...guestDataRoutes(parts) };
}

function retentionRoutes(parts: ApiParts): RetentionHandlers {
  const { database, cipher } = parts;
  const own = async (who: HostCaller, bookingId: string): Promise<string> => {
    const isOwn = await asOrganization(database, scopeOf(who), (tx) => belongsTo(tx, who.organizationId, bookingId));
    if (!isOwn) throw new Refused('not_found');
    return bookingId;
  };
  return {
    readRetention: ({ who, query }) => presentRetention(parts, who.organizationId, query.days),
    changeRetention: async (call) => {
      const { organizationId } = call.who;
      await database.transaction(async (tx) => {
        const daysBefore = await setRetentionDays(tx, organizationId, call.body.retentionDays);
        await appendAudit(tx, {
          organizationId,
          at: parts.clock.now(),
          actor: asHost(call),
          action: 'retention.changed',
          detail: { days: call.body.retentionDays, daysBefore },
        });
      });
      return presentRetention(parts, organizationId);
    },
    bookingRetention: async ({ who, params }) => presentBooking(parts, await own(who, params.id)),
    setLegalHold: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      const { accountId } = call.who;
      const outcome = await database.transaction((tx) =>
        setLegalHold(tx, cipher, { bookingId, reason: call.body.reason.trim(), accountId, actor: asHost(call) }),
      );
      if (outcome !== 'set') throw new Refused(outcome);
      return presentBooking(parts, bookingId);
    },
    liftLegalHold: async (call) => {
      const bookingId = await own(call.who, call.params.id);
      const { accountId } = call.who;
      const outcome = await database.transaction((tx) =>
        liftLegalHold(tx, { bookingId, accountId, actor: asHost(call) }),
      );
      if (outcome !== 'lifted') throw new Refused(outcome);
      return presentBooking(parts, bookingId);
    },
  };
}

function guestDataRoutes(parts: ApiParts): GuestDataHandlers {
  const { database, cipher } = parts;
  const find = (who: HostCaller, email: string): Promise<string[]> =>
    asOrganization(database, scopeOf(who), (tx) => bookingsOfGuest(tx, cipher, who.organizationId, email));
  return {
    exportGuestData: async (call) => {
      const ids = await find(call.who, call.body.email);
      const file = await exportGuest(parts, ids, asHost(call));
      await note(parts, call, 'guest_data.exported', { bookings: ids.length });
      return file;
    },
    previewErasure: async ({ who, body }) => {
      const facts = await Promise.all((await find(who, body.email)).map((id) => privacyFactsOf(database, id)));
      const found = facts.filter((fact) => fact !== null);
      return { done: false, bookings: found.map((fact) => presentErasure(fact, erasureOf(fact))) };
    },
    eraseGuestData: async (call) => {
      const bookings = [];
      for (const id of await find(call.who, call.body.email)) bookings.push(await eraseOne(parts, id, asHost(call)));
      await note(parts, call, 'guest_data.erased', { bookings: bookings.length });
      // Nobody can read the documents any more; should the engine not hear of it now, the next scheduled run deletes them.
      await parts.engine
        .applyRetention()
        .catch((error: unknown) => parts.log.warn({ error }, 'erased documents wait for the next retention run'));
      return { done: true, bookings };
    },
    exportMyData: (call) => exportGuest(parts, [call.who.bookingId], asGuest(call)),
  };
}

/** What the answer says is what happened. */
async function eraseOne({ database, cipher }: ApiParts, bookingId: string, actor: Actor) {
  const { facts, decision } = await eraseAsAsked(database, cipher, bookingId, actor);
  return presentErasure(facts, decision);
}

/** On record for the organization, with a count and never an address. */
async function note(
  { database, clock }: ApiParts,
  call: Pick<Call<'exportGuestData'>, 'who' | 'ip'>,
  action: AuditAction,
  detail: Record<string, unknown>,
): Promise<void> {
  await appendAudit(database, {
    organizationId: call.who.organizationId,
    at: clock.now(),
    actor: asHost(call),
    action,
    detail,
  });
}

async function presentRetention({ database, cipher }: ApiParts, organizationId: string, asked?: number) {
  return asOrganization(database, { organizationId }, async (tx) => {
    const retentionDays = await retentionDaysOf(tx, organizationId);
    const days = asked ?? retentionDays;
    if (days === null) return { retentionDays, preview: null };
    const { items, ...counts } = await previewPurge(tx, cipher, organizationId, days, listedInPreview);
    const listed = items.map((item) => ({ ...item, startsAt: item.startsAt.toISOString() }));
    return { retentionDays, preview: { days, ...counts, items: listed } };
  });
}

async function presentBooking({ database, cipher }: ApiParts, bookingId: string) {
  const facts = await privacyFactsOf(database, bookingId);
  if (!facts) throw new Refused('not_found');
  const hold = await legalHoldOf(database, cipher, bookingId);
  const deletedAfter = facts.purgedAt ? null : keptUntil(facts);
  return {
    erasedAt: facts.erasedAt?.toISOString() ?? null,
    purgedAt: facts.purgedAt?.toISOString() ?? null,
    deletedAfter: deletedAfter?.toISOString() ?? null,
    hold: hold && { reason: hold.reason, setBy: hold.setByName, setAt: hold.setAt.toISOString() },
  };
}

const presentErasure = ({ id, startsAt, status }: PrivacyFacts, { outcome, kept }: ErasureDecision) => ({
  id,
  startsAt: startsAt.toISOString(),
  status,
  outcome,
  kept: kept.map((part) => ({ ...part, until: part.until?.toISOString() ?? null })),
});

const asHost = ({ who, ip }: Pick<Call<'readRetention'>, 'who' | 'ip'>): Actor => ({
  type: 'host',
  id: who.accountId,
  ip,
});
