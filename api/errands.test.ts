import { describe, expect, it, vi } from 'vitest';
import { createErrands } from './errands.ts';

const silent = () => ({ warn: vi.fn() });

describe('what an answer does not wait for', () => {
  it('is waited for by a process that ends, with what it begins itself', async () => {
    const errands = createErrands(silent());
    const done: string[] = [];
    errands.begin('one', async () => {
      await Promise.resolve();
      done.push('one');
      errands.begin('another', async () => {
        await Promise.resolve();
        done.push('another');
      });
    });
    await errands.idle();
    expect(done).toEqual(['one', 'another']);
  });

  it('is logged when it fails, and keeps nothing from ending', async () => {
    const log = silent();
    const errands = createErrands(log);
    errands.begin('telling somebody', () => Promise.reject(new Error('away')));
    await errands.idle();
    expect(log.warn).toHaveBeenCalledExactlyOnceWith({ error: new Error('away') }, 'telling somebody failed');
  });

  it('is not waited for longer than that, whoever is away', async () => {
    const errands = createErrands(silent(), 10);
    errands.begin('telling nobody', () => new Promise(() => {}));
    await expect(errands.idle()).resolves.toBeUndefined();
  });
});
