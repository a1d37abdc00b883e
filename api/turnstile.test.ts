import { describe, expect, it, vi } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const at = (from: number, to: number) => ({ from: new Date(from * 60_000), to: new Date(to * 60_000) });
const held = { outcome: 'held' as const };
const failed = { outcome: 'slot_not_offered' as const };
const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

function gate<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  return { work: () => promise, open: resolve, fail: reject };
}

describe('the turnstile', () => {
  it('refuses those who waited for overlapping time when the first one got it, without any work of theirs', async () => {
    const turnstile = createTurnstile();
    const first = gate<typeof held>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const work = vi.fn(() => Promise.resolve(held));
    const waiting = Array.from({ length: 20 }, (_, index) => turnstile.pass('host', at(index, index + 30), work));
    first.open(held);
    expect(await passing).toEqual(held);
    expect(await Promise.all(waiting)).toEqual(Array.from({ length: 20 }, () => ({ outcome: 'slot_taken' })));
    expect(work).not.toHaveBeenCalled();
  });

  it('lets the next one try when the first did not get it, or failed', async () => {
    const turnstile = createTurnstile();
    const first = gate<typeof failed>();
    const second = gate<typeof held>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const next = turnstile.pass('host', at(0, 30), second.work);
    const last = turnstile.pass('host', at(0, 30), () => Promise.resolve(held));
    first.fail(new Error('the database is away'));
    await expect(passing).rejects.toThrow('away');
    second.open(held);
    expect(await next).toEqual(held);
    expect(await last).toEqual({ outcome: 'slot_taken' });
  });

  it('makes nobody wait for another host, for time that only touches, or after all is done', async () => {
    const turnstile = createTurnstile();
    const first = gate<typeof held>();
    const passing = turnstile.pass('host', at(0, 30), first.work);
    const free = () => Promise.resolve(held);
    expect(await turnstile.pass('another host', at(0, 30), free)).toEqual(held);
    expect(await turnstile.pass('host', at(30, 60), free)).toEqual(held);
    first.open(held);
    await passing;
    expect(await turnstile.pass('host', at(0, 30), free)).toEqual(held);
  });

  it('lets through one at a time', async () => {
    const turnstile = createTurnstile();
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, (inside += 1));
      await tick();
      inside -= 1;
      return failed;
    };
    await Promise.all(Array.from({ length: 10 }, () => turnstile.pass('host', at(0, 30), work)));
    expect(most).toBe(1);
  });
});
