import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'slonik';
import { agreementCreated, envelopeSent, signedDocumentStored, type StoredDocument } from '#db/changes/agreement.ts';
import { applyChange } from '#db/changes/apply.ts';
import { confirmBooking } from '#db/changes/confirm.ts';
import { expireHold } from '#db/changes/expire.ts';
import { holdSlot } from '#db/changes/hold.ts';
import { insertChangeRequest, type ChangeKind } from '#db/changes/requests.ts';
import { declinedAtProvider, signedAtProvider } from '#db/changes/sign.ts';
import type { PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import { findBooking, requestBooking, type BookingRow } from '#db/queries/bookings.ts';
import { envelopeOf } from '#db/queries/envelopes.ts';
import { findBookableTypes } from '#db/queries/public-pages.ts';
import { sha256 } from '#db/personal.ts';

/** A start among few: two days of the host's hours, by quarters of an hour, so that clients meet. */
export type Place = { day: number; quarter: number };
/** `which` picks one of the bookings that there are at that moment. */
export type Operation =
  | { do: 'hold'; type: number; at: Place }
  | { do: 'cancel'; which: number; by: 'guest' | 'host' }
  | { do: 'release'; which: number }
  | { do: 'reschedule'; which: number; by: 'guest' | 'host'; at: Place }
  | { do: 'runOut' | 'expire' | 'send' | 'sign' | 'decline' | 'collect'; which: number };

const place = fc.record({ day: fc.nat(1), quarter: fc.nat(19) });
const which = fc.nat(50);
const by = fc.constantFrom('guest' as const, 'host' as const);
const step = (name: 'runOut' | 'expire' | 'send' | 'sign' | 'decline' | 'collect') =>
  fc.record({ do: fc.constant(name), which });
const hold = fc.record({ do: fc.constant('hold' as const), type: fc.nat(1), at: place });

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: hold },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which, by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reschedule' as const), which, by, at: place }) },
  { weight: 2, arbitrary: step('runOut') },
  { weight: 2, arbitrary: step('expire') },
  { weight: 3, arbitrary: step('send') },
  { weight: 3, arbitrary: step('sign') },
  { weight: 1, arbitrary: step('decline') },
  { weight: 3, arbitrary: step('collect') },
);

/** One client's operations, one after another; several of them run at once. */
export const client: fc.Arbitrary<Operation[]> = fc.array(operation, { minLength: 4, maxLength: 14, size: 'max' });

export type Scene = {
  database: Database;
  cipher: PersonalCipher;
  typeIds: readonly string[];
  /** Midnight of the first day. */
  from: Date;
  bookingIds: string[];
};

/** Refusals are answers like any other; only what throws is a failure. */
export async function perform(scene: Scene, operation: Operation): Promise<void> {
  if (operation.do === 'hold') return takeSlot(scene, operation);
  const bookingId = scene.bookingIds[operation.which % Math.max(1, scene.bookingIds.length)];
  const booking = bookingId ? await findBooking(scene.database, bookingId) : null;
  if (!booking) return;
  switch (operation.do) {
    case 'cancel':
    case 'release':
    case 'reschedule':
      return ask(scene, booking, operation);
    case 'runOut':
      return runOut(scene.database, booking.id);
    case 'expire':
      return expireHold(scene.database, booking.id);
    case 'send':
      return send(scene.database, booking);
    case 'sign':
      return sign(scene.database, booking.id);
    case 'decline':
      return decline(scene.database, booking.id);
    case 'collect':
      return collect(scene.database, booking.id);
  }
}

function startOf(scene: Scene, { day, quarter }: Place): Date {
  return new Date(scene.from.getTime() + day * 86_400_000 + (9 * 60 + quarter * 15) * 60_000);
}

async function takeSlot(scene: Scene, { type, at }: Extract<Operation, { do: 'hold' }>): Promise<void> {
  const id = await requestSlot(scene, type, at);
  if (id !== null) await holdSlot(scene.database, id);
}

/** The row of a request, as the api writes it. @returns null where somebody else has the time already */
export async function requestSlot(scene: Scene, type: number, at: Place): Promise<string | null> {
  const [meetingType] = await findBookableTypes(scene.database, [scene.typeIds[type] ?? '']);
  if (!meetingType) throw new Error('The meeting type is gone.');
  const id = randomUUID();
  const startsAt = startOf(scene, at);
  const { durationsMinutes, template, ...rules } = meetingType;
  const { taken } = await requestBooking(
    scene.database,
    scene.cipher,
    {
      ...rules,
      id,
      meetingTypeId: meetingType.id,
      startsAt,
      endsAt: new Date(startsAt.getTime() + (durationsMinutes[0] ?? 0) * 60_000),
      ndaTemplateVersionId: template?.id ?? null,
      guest: { name: 'Grace Guest', email: 'grace@example.net', note: '', timeZone: 'UTC', locale: 'en' },
      answers: {},
    },
    sha256(id),
  );
  if (taken) return null;
  scene.bookingIds.push(id);
  return id;
}

type Asked = Extract<Operation, { do: 'cancel' | 'release' | 'reschedule' }>;

async function ask(scene: Scene, booking: BookingRow, operation: Asked): Promise<void> {
  const id = randomUUID();
  const kind: ChangeKind = operation.do;
  const by = operation.do === 'release' ? 'host' : operation.by;
  const lengthMs = booking.endsAt.getTime() - booking.startsAt.getTime();
  const startsAt = operation.do === 'reschedule' ? startOf(scene, operation.at) : null;
  await insertChangeRequest(scene.database, scene.cipher, {
    id,
    organizationId: booking.organizationId,
    bookingId: booking.id,
    kind,
    actor: { type: by, id: null, ip: null },
    ...(startsAt && { to: { startsAt, endsAt: new Date(startsAt.getTime() + lengthMs) } }),
  });
  await applyChange(scene.database, id);
}

/**
 * The hold's minutes pass, and nobody is there to end it. In one statement: a booking that came to be held between two would have a claim that
 * has run out, and a hold that has not.
 */
async function runOut(database: Database, bookingId: string): Promise<void> {
  await database.query(sql.unsafe`
    with run_out as (
      update booking set hold_expires_at = clock_timestamp() where id = ${bookingId} and status = 'held' and hold_expires_at is not null
      returning id, hold_expires_at)
    update claim set expires_at = run_out.hold_expires_at from run_out
    where claim.booking_id = run_out.id and is_live and expires_at is not null`);
}

export async function send(database: Database, booking: BookingRow): Promise<void> {
  const id = randomUUID();
  await agreementCreated(database, booking.id, { ...paper('NDA', booking), id, round: booking.ndaRound });
  const stored = await findBooking(database, booking.id);
  if (stored?.ndaStatus !== 'created') return;
  const documentId = await database.oneFirst(
    sql.unsafe`select id from document where booking_id = ${booking.id} limit 1`,
  );
  await envelopeSent(database, booking.id, {
    round: stored.ndaRound,
    envelopeId: randomUUID(),
    documentId: String(documentId),
    provider: 'elsewhere',
    providerEnvelopeId: randomUUID(),
    signerCipher: null,
  });
}

async function sign(database: Database, bookingId: string): Promise<void> {
  const envelope = await envelopeOf(database, bookingId);
  if (envelope && (envelope.status === 'sent' || envelope.status === 'delivered'))
    await signedAtProvider(database, envelope, new Date());
}

async function decline(database: Database, bookingId: string): Promise<void> {
  const envelope = await envelopeOf(database, bookingId);
  if (envelope) await declinedAtProvider(database, envelope, null);
}

async function collect(database: Database, bookingId: string): Promise<void> {
  const [booking, envelope] = [await findBooking(database, bookingId), await envelopeOf(database, bookingId)];
  if (booking && envelope) {
    const signed = { ...paper('Signed NDA', booking), id: randomUUID() };
    await signedDocumentStored(database, bookingId, { envelopeId: envelope.id, signed, certificate: null });
  }
  await confirmBooking(database, bookingId);
}

function paper(title: string, booking: BookingRow): Omit<StoredDocument, 'id'> {
  return {
    title,
    sha256: '0'.repeat(64),
    byteLength: 1,
    mediaType: 'application/pdf',
    storageKey: 'nowhere',
    wrappedKey: '',
    keyId: '1',
    templateVersionId: booking.ndaTemplateVersionId,
    valuesCipher: null,
    htmlCipher: null,
  };
}
