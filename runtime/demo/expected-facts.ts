import type { FactType } from '#domain/events.ts';
import type { SeenNews, Viewer } from './live-rooms.ts';

/** What happens once, in this order, on the way from a held slot to a confirmed booking. */
export const milestones = [
  'slot.held',
  'nda.created',
  'nda.sent',
  'nda.signed',
  'nda.completed',
  'booking.confirmed',
] as const satisfies readonly FactType[];

/** The mail with the link while the slot is held, then the confirmation to both. */
const mailCount = 3;
const confirmationCount = 2;

/** True when a viewer has been told of everything that the demo waits for. */
export function isComplete(seen: readonly SeenNews[], viewer: Viewer): boolean {
  const types = typesSeenBy(seen, viewer);
  return types.includes('booking.confirmed') && count(types, 'notify.email.sent') >= mailCount;
}

/** Facts about the booking as one viewer was told them, in order. */
export function typesSeenBy(seen: readonly SeenNews[], viewer: Viewer): string[] {
  return seen.flatMap(({ viewer: by, news }) => (by === viewer && news.kind === 'booking' ? [news.type] : []));
}

/** Everything that is missing, out of order, or too much, as sentences; none when all is as it must be. */
export function wrongFacts(seen: readonly SeenNews[]): string[] {
  return [...wrongFor('guest', seen), ...wrongFor('host', seen), ...wrongInPublic(seen)];
}

function wrongFor(viewer: 'guest' | 'host', seen: readonly SeenNews[]): string[] {
  const types = typesSeenBy(seen, viewer);
  const missing = [...milestones, 'notify.email.requested', 'notify.email.sent'].filter(
    (type) => !types.includes(type),
  );
  if (missing.length > 0) return missing.map((type) => `The ${viewer} was never told ${type}.`);
  const told = types.filter((type) => (milestones as readonly string[]).includes(type));
  const wrong: string[] = [];
  if (told.join() !== milestones.join()) {
    wrong.push(`The ${viewer} was told ${told.join(', ')}; it must be ${milestones.join(', ')}.`);
  }
  return [...wrong, ...wrongMails(viewer, types)];
}

function wrongMails(viewer: Viewer, types: readonly string[]): string[] {
  const wrong: string[] = [];
  const early = types.some((type, index) => {
    const soFar = types.slice(0, index + 1);
    return type === 'notify.email.sent' && count(soFar, type) > count(soFar, 'notify.email.requested');
  });
  if (early) wrong.push(`The ${viewer} was told of a mail that was sent before it was requested.`);
  for (const type of ['notify.email.requested', 'notify.email.sent']) {
    if (count(types, type) !== mailCount) {
      wrong.push(`The ${viewer} was told ${type} ${count(types, type)} times; it must be ${mailCount}.`);
    }
  }
  const afterConfirmation = types.slice(types.indexOf('booking.confirmed'));
  if (count(afterConfirmation, 'notify.email.sent') < confirmationCount) {
    wrong.push(`The ${viewer} was told that a confirmation was sent before the booking was confirmed.`);
  }
  return wrong;
}

/** On the host's public page: the interval was taken, then taken for good. */
function wrongInPublic(seen: readonly SeenNews[]): string[] {
  const states = seen.flatMap(({ viewer, news }) => (viewer === 'public' && news.kind === 'slot' ? [news.state] : []));
  return states.join() === 'held,confirmed'
    ? []
    : [`The public page was told ${states.join(', ') || 'nothing'} of the slot; it must be held, confirmed.`];
}

function count(types: readonly string[], wanted: string): number {
  return types.filter((type) => type === wanted).length;
}
