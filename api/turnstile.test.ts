import { describe, expect, it, vi } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const at = (from: number, to: number) => ({ from: new Date(from * 60_000), to: new Date(to * 60_000) });
/** Got the time that was asked for. */
const held = (from: number, to: number) => ({ outcome: 'held' as const, taken: at(from, to) });
const failed = { outcome: 'slot_not_offered' as const };
const refused = { outcome: 'slot_taken' };
const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

function gate<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { work: () => promise, open: resolve, fail: reject };
}

describe('the turnstile', () => {
  it('refuses those who waited for overlapping time when the first one got it, without any work of theirs', async () => {
    const turnstile = createTurnstile();
    const first = gate<ReturnType<typeof held>>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const work = vi.fn(() => Promise.resolve(held(0, 30)));
    const waiting = Array.from({ length: 20 }, (_, index) => turnstile.pass('host', at(index, index + 30), work));
    first.open(held(0, 30));
    expect(await passing).toEqual(held(0, 30));
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => refused));
    expect(work).not.toHaveBeenCalled();
  });

  it('lets the next one try when the first did not get it, or failed', async () => {
    const turnstile = createTurnstile();
    const first = gate<typeof failed>();
    const second = gate<ReturnType<typeof held>>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const next = turnstile.pass('host', at(0, 30), second.work);
    const last = turnstile.pass('host', at(0, 30), () => Promise.resolve(held(0, 30)));
    first.fail(new Error('the database is away'));
    await expect(passing).rejects.toThrow('away');
    second.open(held(0, 30));
    expect(await next).toEqual(held(0, 30));
    expect(await last).toEqual(refused);
  });

  it('makes nobody wait for another host, for time that only touches, or after all is done', async () => {
    const turnstile = createTurnstile();
    const first = gate<ReturnType<typeof held>>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const quick = () => Promise.resolve(held(0, 30));
    expect(await turnstile.pass('another host', at(0, 30), quick)).toEqual(held(0, 30));
    expect(await turnstile.pass('host', at(30, 60), quick)).toEqual(held(0, 30));
    first.open(held(0, 30));
    await passing;
    expect(await turnstile.pass('host', at(0, 30), quick)).toEqual(held(0, 30));
  });

  it('refuses with the one who found somebody in the way those who want some of that time, and lets the others try', async () => {
    const turnstile = createTurnstile();
    const first = gate<{ outcome: string; taken: ReturnType<typeof at> }>();
    const passing = turnstile.pass('host', at(0, 60), first.work);
    const same = turnstile.pass('host', at(0, 60), () => Promise.resolve(held(0, 60)));
    const before = turnstile.pass('host', at(0, 30), () => Promise.resolve(held(0, 30)));
    first.open({ outcome: 'slot_taken', taken: at(45, 75) });
    expect(await passing).toMatchObject(refused);
    expect(await same).toEqual(refused);
    expect(await before).toEqual(held(0, 30));
  });

  it('lets through one at a time, also when each comes as the one before it leaves', async () => {
    const turnstile = createTurnstile();
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (inside += 1));
      await tick();
      inside -= 1;
      return failed;
    };
    const pass = () => turnstile.pass('host', at(0, 30), work);
    await Promise.all(Array.from({ length: 10 }, () => pass().then(pass)));
    expect(most).toBe(1);
  });
});
