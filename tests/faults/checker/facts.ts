import { groupBy, type BookingSeen, type Check, type Evidence, type FactSeen, type Violation } from './evidence.ts';
import { slotWords } from './slot-words.ts';

/** Each booking's facts are all in the stream, once, in their order; each state has its fact; what was held last is what is claimed. */
export const facts: Check = (evidence) => {
  const written = groupBy(evidence.written, ({ bookingId }) => bookingId);
  const streamed = groupBy(evidence.streamed, ({ bookingId }) => bookingId);
  return evidence.bookings.flatMap((booking): Violation[] => {
    const own = written.get(booking.id) ?? [];
    return [
      ...inStream(own, streamed.get(booking.id) ?? []),
      ...ofStates(booking, own),
      ...ofSlot(evidence, booking, own),
      ...inOrder(booking, own),
    ].map((what) => ({ what, about: booking.id }));
  });
};

function inStream(written: readonly FactSeen[], streamed: readonly FactSeen[]): string[] {
  const ids = streamed.map(({ id }) => id);
  const known = new Set(written.map(({ id }) => id));
  const there = new Set(ids);
  const missing = written.filter(({ id }) => !there.has(id)).map(({ type }) => `a fact never left: ${type}`);
  const foreign = streamed.filter(({ id }) => !known.has(id)).map(({ type }) => `a fact was never written: ${type}`);
  if (there.size < ids.length) return [...missing, ...foreign, 'a fact is in the stream twice'];
  if (missing.length + foreign.length > 0) return [...missing, ...foreign];
  return written.every(({ id }, index) => ids[index] === id) ? [] : ['facts left in another order'];
}

const factOfStatus: Readonly<Record<string, readonly string[]>> = {
  held: ['slot.held'],
  confirmed: ['booking.confirmed', 'booking.rescheduled'],
  canceled: ['booking.canceled'],
  expired: ['booking.expired'],
  displaced: ['booking.displaced'],
  declined: ['nda.declined'],
  released: ['slot.released'],
  completed: ['booking.completed', 'booking.no_show_undone'],
  no_show: ['booking.no_show'],
};

function ofStates({ status, ndaStatus }: BookingSeen, written: readonly FactSeen[]): string[] {
  const types = new Set(written.map(({ type }) => type));
  const wanted = [
    factOfStatus[status] ?? [],
    ['pending', 'not_required'].includes(ndaStatus) ? [] : [`nda.${ndaStatus}`],
  ];
  const silent = wanted.filter((any) => any.length > 0 && !any.some((type) => types.has(type)));
  const said = silent.map((any) => `a state has no fact: ${any.join(' or ')}`);
  const isUntold = status === 'requested' || status === 'refused';
  return isUntold && types.size > 0 ? [...said, `it is ${status}, and there are facts about it`] : said;
}

function ofSlot({ claims }: Evidence, { id }: BookingSeen, written: readonly FactSeen[]): string[] {
  const { held, muddled } = slotWords(written);
  const live = claims.filter(({ bookingId, isLive }) => bookingId === id && isLive);
  const nameOf = (one: { from: number; to: number; isMove: boolean }) => `${one.from} ${one.to} ${one.isMove}`;
  const isSame = live.map(nameOf).sort().join() === held.map(nameOf).sort().join();
  return [
    ...(muddled.length > 0 ? ['a slot was said to be held or released twice'] : []),
    ...(live.length === held.length ? [] : ['the last word about the slot is not the truth']),
    ...(live.length === held.length && !isSame ? ['the last word about the slot names another time'] : []),
  ];
}

/** What cannot come before what. */
const order = ['nda.created', 'nda.sent', 'nda.signed', 'nda.completed'];

/** What is said of an agreement is said once for each that was made. */
function inOrder({ ndaRound }: BookingSeen, written: readonly FactSeen[]): string[] {
  const places = order.map((type) => written.findIndex((fact) => fact.type === type)).filter((place) => place >= 0);
  const isSorted = places.every((place, index) => place > (places[index - 1] ?? -1));
  const count = (type: string) => written.filter((fact) => fact.type === type).length;
  const once = ['booking.confirmed', 'booking.canceled', 'booking.expired', 'booking.displaced'];
  const repeated = [...once.filter((type) => count(type) > 1), ...order.filter((type) => count(type) > ndaRound + 1)];
  return [
    ...(isSorted ? [] : ['facts are not in the order of a signature']),
    ...repeated.map((type) => `it was said twice: ${type}`),
  ];
}
