import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BookingCreated, GuestBooking } from '#contract/bookings.ts';
import type { SigningSession } from '#contract/signing.ts';
import type { Operation } from '../plan/operations.ts';
import { ask, type Asked } from './ask.ts';
import { outcomeOf, type Journal, type KnownBooking } from './journal.ts';
import { startOf, type Scene } from './scene.ts';

export type World = { baseUrl: string; providerUrl: string; scene: Scene; journal: Journal };
type Hold = Extract<Operation, { do: 'hold' }>;

/** Takes a slot; one in four asks again under the same key when the answer is there, as a browser that lost it would. */
export async function hold(world: World, operation: Hold): Promise<{ asked: Asked; booking: KnownBooking | null }> {
  const { scene, journal, baseUrl } = world;
  const key = randomUUID();
  const guestEmail = `guest-${key}@example.net`;
  journal.askedAs.add(guestEmail);
  const startsAt = startOf(scene, operation);
  const body = {
    meetingTypeId: scene.typeOf(operation.host, operation.kind).id,
    startsAt,
    guest: { name: 'Grace Guest', email: guestEmail, timeZone: 'Europe/Riga', locale: 'en' },
  };
  const request = { method: 'POST', path: '/api/v1/bookings', key, body } as const;
  const first = await ask(baseUrl, request);
  if (operation.repeats) noteContradiction(journal, key, first, await ask(baseUrl, request));
  if (first === 'unknown') return { asked: first, booking: null };
  if (first.status !== 201) {
    journal.refusedHolds.push({ key, code: outcomeOf(first) });
    return { asked: first, booking: null };
  }
  const { token, booking: made } = first.body as BookingCreated;
  const { host, kind } = operation;
  const booking = { key, host, kind, startsAt, guestEmail, id: made.id, token };
  journal.bookings.push(booking);
  return { asked: first, booking };
}

function noteContradiction(journal: Journal, key: string, first: Asked, second: Asked): void {
  if (first === 'unknown' || second === 'unknown') return;
  const idOf = (asked: Exclude<Asked, 'unknown'>) => (asked.body as Partial<BookingCreated>).booking?.id;
  if (first.status !== second.status || idOf(first) !== idOf(second))
    journal.contradictions.push(`${key} was answered ${outcomeOf(first)}, then ${outcomeOf(second)}`);
}

/** What a guest asks about their own booking. */
export function asGuest(
  world: World,
  booking: KnownBooking,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Asked> {
  return ask(world.baseUrl, {
    method,
    path: `/api/v1/my-booking${path}`,
    headers: { authorization: `Bearer ${booking.token}` },
    ...(method === 'POST' && { key: randomUUID(), body: body ?? {} }),
  });
}

const documentWithinMs = 40_000;

/** The guest waits on the signing page until the document is there, or the booking is over. */
async function openSigning(world: World, booking: KnownBooking): Promise<Asked> {
  for (const deadline = Date.now() + documentWithinMs; ; await sleep(1_000)) {
    const opened = await asGuest(world, booking, 'GET', '/signing');
    if (outcomeOf(opened) !== 'signing_not_open' || Date.now() > deadline) return opened;
    const mine = await asGuest(world, booking, 'GET', '');
    if (mine === 'unknown') continue;
    const { status, move } = mine.body as GuestBooking;
    if (status !== 'held' && move === null) return opened;
  }
}

/** Opens the provider's page through the product, and signs or declines there. */
export async function actAtProvider(world: World, booking: KnownBooking, act: 'sign' | 'decline'): Promise<Asked> {
  const opened = await openSigning(world, booking);
  if (opened === 'unknown' || opened.status !== 200) return opened;
  const { providerUrl } = opened.body as SigningSession;
  if (!providerUrl) throw new Error(`Booking ${booking.id} is not signed at the provider.`);
  // The guest's browser reaches the provider by itself: not over the product's connections.
  const path = new URL(providerUrl).pathname;
  const viewed = await ask(world.providerUrl, { method: 'GET', path });
  if (viewed === 'unknown' || viewed.status !== 200) return viewed;
  const form = new URLSearchParams({ act, reason: 'Not with this clause.' }).toString();
  return ask(world.providerUrl, { method: 'POST', path, body: form });
}
