import { describe, expect, it } from 'vitest';
import { isComplete, milestones, wrongFacts } from './expected-facts.ts';
import type { SeenNews, Viewer } from './live-rooms.ts';

const bookingId = '0193a000-0000-7000-8000-000000000001';
const at = '2026-11-21T10:00:00.000Z';
const [held, ...rest] = milestones;
const mail = ['notify.email.requested', 'notify.email.sent'];
const good = [held, ...rest.slice(0, 2), ...mail, ...rest.slice(2), mail[0], mail[0], mail[1], mail[1]].map(String);

function told(viewer: Viewer, types: readonly string[]): SeenNews[] {
  return types.map((type, position) => ({
    viewer,
    elapsedMs: position,
    news: { kind: 'booking', position, type, bookingId, at },
  }));
}

function publicly(...states: ('held' | 'confirmed' | 'released')[]): SeenNews[] {
  return states.map((state, position) => ({
    viewer: 'public',
    elapsedMs: position,
    news: { kind: 'slot', position, state, from: at, to: at },
  }));
}

const all = (types: readonly string[]) => [
  ...told('guest', good),
  ...told('host', types),
  ...publicly('held', 'confirmed'),
];

describe('the facts of the demo', () => {
  it('are right when every viewer is told everything in order', () => {
    expect(wrongFacts(all(good))).toEqual([]);
    expect(isComplete(all(good), 'host')).toBe(true);
  });

  it.each(milestones)('are wrong without %s', (type) => {
    const without = good.filter((other) => other !== type);
    expect(wrongFacts(all(without))).toEqual([`The host was never told ${type}.`]);
  });

  it('are wrong when two milestones are exchanged', () => {
    const exchanged = good.map((type) =>
      type === 'nda.created' ? 'nda.sent' : type === 'nda.sent' ? 'nda.created' : type,
    );
    expect(wrongFacts(all(exchanged))).toEqual([expect.stringContaining('slot.held, nda.sent, nda.created')]);
  });

  it('are wrong when a milestone comes twice', () => {
    expect(wrongFacts(all([...good, 'booking.confirmed']))).toEqual([expect.stringContaining('it must be')]);
  });

  it('are wrong when a mail was sent that nobody requested, or one is missing', () => {
    const early = [mail[1], ...good.slice(0, good.lastIndexOf('notify.email.sent'))].map(String);
    expect(wrongFacts(all(early))).toContain('The host was told of a mail that was sent before it was requested.');
    const short = good.slice(0, -1);
    expect(wrongFacts(all(short))).toContain('The host was told notify.email.sent 2 times; it must be 3.');
    expect(isComplete(all(short), 'host')).toBe(false);
  });

  it('are wrong when the public page was not told of the slot', () => {
    const quiet = [...told('guest', good), ...told('host', good), ...publicly('held')];
    expect(wrongFacts(quiet)).toEqual(['The public page was told held of the slot; it must be held, confirmed.']);
  });
});
