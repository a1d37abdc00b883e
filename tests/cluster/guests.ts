import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BookingCreated, GuestBooking } from '#contract/bookings.ts';
import type { Slots } from '#contract/public-pages.ts';
import type { SigningSession } from '#contract/signing.ts';
import { grace, type Reply, send, type TestHost, type TestType } from '#tests/people.ts';

type Api = { baseUrl: string; shared: Parameters<typeof send>[0]['shared'] };

/** What became of one guest's wish. Times in milliseconds of `performance.now()`. */
export type Wish = {
  phase: string;
  withNda: boolean;
  startsAt: string;
  askedAt: number;
  /** The answer 201 has come: from here on the product has promised. */
  heldAt?: number;
  confirmedAt?: number;
  bookingId?: string;
  /** Requests sent again because there was no answer, or one that says "later". */
  repeats: number;
  /** Why it went no further. */
  trouble?: string;
};

export type Guests = {
  wishes: readonly Wish[];
  /** Under what the wishes from now on are counted. */
  phase: string;
  /** Books until `stop`, so many at once; every sixth with the NDA, or every so many. */
  book(atOnce: number, everyWithNda?: number): { stop(): Promise<void> };
  /** Books once, without NDA. */
  once(): Promise<void>;
  /** Takes a slot with the NDA and leaves it unsigned. */
  hold(): Promise<() => Promise<void>>;
};

const patienceMs = 120_000;
const pauseMs = 250;
const sixth = 6;

export async function welcomeGuests(
  api: Api,
  host: TestHost,
  types: { plain: TestType; nda: TestType },
): Promise<Guests> {
  const starts = await freeStarts(api, host, types.plain);
  const wishes: Wish[] = [];
  const wish = (withNda: boolean): Wish => {
    const startsAt = starts.shift();
    if (startsAt === undefined) throw new Error('The host has no free time left.');
    const made = { phase: guests.phase, withNda, startsAt, askedAt: performance.now(), repeats: 0 };
    wishes.push(made);
    return made;
  };
  const one = async (withNda: boolean): Promise<void> => {
    const mine = wish(withNda);
    const token = await takeSlot(api, withNda ? types.nda : types.plain, mine);
    if (token !== null) await finish(api, mine, token);
  };
  const guests: Guests = {
    wishes,
    phase: '',
    book: (atOnce, everyWithNda = sixth) => {
      let goesOn = true;
      let count = 0;
      const comeAndGo = async (): Promise<void> => {
        while (goesOn) await one((count += 1) % everyWithNda === 0);
      };
      const all = Promise.all(Array.from({ length: atOnce }, comeAndGo));
      all.catch(() => undefined);
      return {
        stop: async () => {
          goesOn = false;
          await all;
        },
      };
    },
    once: () => one(false),
    hold: async () => {
      const mine = wish(true);
      const token = await takeSlot(api, types.nda, mine);
      if (token === null) throw new Error(`A slot to be held was refused: ${mine.trouble ?? ''}`);
      await session(api, mine, token);
      return () => finish(api, mine, token);
    },
  };
  return guests;
}

/** Every start of the coming weeks: each guest gets one of their own, so that none is refused for another's sake. */
async function freeStarts(api: Api, host: TestHost, type: TestType): Promise<string[]> {
  const starts: string[] = [];
  for (let week = 0; week < 7; week += 1) {
    const [from, to] = [1 + week * 7, 8 + week * 7].map((day) => new Date(Date.now() + day * 86_400_000).toISOString());
    const path = `/pages/${host.slug}/${type.slug}/slots?from=${from ?? ''}&to=${to ?? ''}`;
    const { body } = await send<Slots>(api, 'GET', path);
    starts.push(...body.days.flatMap(({ slots }) => slots));
  }
  return [...new Set(starts)];
}

async function takeSlot(api: Api, type: TestType, wish: Wish): Promise<string | null> {
  const key = randomUUID();
  const body = { meetingTypeId: type.id, startsAt: wish.startsAt, guest: grace };
  const reply = await patiently(wish, () => send<BookingCreated>(api, 'POST', '/bookings', { key, body }));
  if (reply?.status !== 201) {
    wish.trouble = reply
      ? `hold answered ${reply.status}: ${JSON.stringify(reply.body).slice(0, 200)}`
      : 'no answer to the hold';
    return null;
  }
  wish.heldAt = performance.now();
  wish.bookingId = reply.body.booking.id;
  return reply.body.token;
}

async function finish(api: Api, wish: Wish, token: string): Promise<void> {
  if (wish.withNda) {
    const opened = await session(api, wish, token);
    if (opened === null || !(await sign(api, wish, token, opened))) return;
  }
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const mine = await patiently(wish, () => send<GuestBooking>(api, 'GET', '/my-booking', { token }));
    if (mine?.body.status === 'confirmed') {
      wish.confirmedAt = performance.now();
      return;
    }
    await sleep(pauseMs);
  }
  wish.trouble = 'held, and not confirmed';
}

async function session(api: Api, wish: Wish, token: string): Promise<SigningSession | null> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const reply = await patiently(wish, () => send<SigningSession>(api, 'GET', '/my-booking/signing', { token }));
    if (reply?.status === 200) return reply.body;
    await sleep(pauseMs);
  }
  wish.trouble = 'no document to sign';
  return null;
}

async function sign(api: Api, wish: Wish, token: string, { disclosure, document }: SigningSession): Promise<boolean> {
  const body = {
    consent: true,
    disclosureSha256: disclosure.sha256,
    documentSha256: document.sha256,
    mark: { kind: 'typed', text: grace.name },
  };
  const key = randomUUID();
  const reply = await patiently(wish, () => send(api, 'POST', '/my-booking/signing/signature', { token, key, body }));
  if (reply?.status === 202) return true;
  wish.trouble = `signature answered ${reply?.status ?? 'nothing'}`;
  return false;
}

/** As a page does it: the same request again while there is no answer, or one that says that it is not the guest's fault. */
async function patiently<T>(wish: Wish, ask: () => Promise<Reply<T>>): Promise<Reply<T> | null> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const reply = await ask().catch(() => null);
    if (reply !== null && reply.status < 500 && reply.status !== 429) return reply;
    wish.repeats += 1;
    await sleep(pauseMs);
  }
  return null;
}
