import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { createBrowserPool } from './browser-pool.ts';
import type { BrowserPool } from './browser-pool.ts';
import { chromiumExecutable } from './executable.ts';

const pools: BrowserPool[] = [];
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

function poolOf(
  changes: { concurrency?: number; documentsPerBrowser?: number } = {},
  marks: string[] = [],
): BrowserPool {
  const launch = async () => {
    const executable = await chromiumExecutable();
    return { ...executable, args: [...executable.args, ...marks] };
  };
  const pool = createBrowserPool({ launch, concurrency: 2, documentsPerBrowser: 100, ...changes });
  pools.push(pool);
  return pool;
}

/** The process that was started with this argument, not those that it started itself. */
async function browserProcess(mark: string): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(mark) && !command.includes('--type=')) return Number(pid);
  }
  throw new Error('The browser is not running');
}

describe('the browser pool', { timeout: 60_000 }, () => {
  test('gives out as many places as allowed, in the order of asking', async () => {
    const pool = poolOf({ concurrency: 1 });
    const first = await pool.lease();
    const order: number[] = [];
    const others = [1, 2, 3].map(async (number) => {
      const { release } = await pool.lease();
      order.push(number);
      await release('clean');
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(order).toEqual([]);
    await first.release('clean');
    await Promise.all(others);
    expect(order).toEqual([1, 2, 3]);
  });

  test('starts a new browser when one died, and loses no place by it', async () => {
    const mark = `--test-mark=${randomUUID()}`;
    const pool = poolOf({ concurrency: 1 }, [mark]);
    const { page, release } = await pool.lease();
    process.kill(await browserProcess(mark), 'SIGKILL');
    await expect(page.print('<p>x</p>')).rejects.toThrow();
    await release('broken');
    const next = await pool.lease();
    expect((await next.page.print('<p>alive</p>')).length).toBeGreaterThan(500);
    await next.release('clean');
  });

  test('closes a browser that made its share only when its last document is done', async () => {
    const pool = poolOf({ documentsPerBrowser: 2 });
    const [first, second] = [await pool.lease(), await pool.lease()];
    await first.release('clean');
    expect(second.page.browserIsAlive()).toBe(true);
    await second.release('clean');
    expect(second.page.browserIsAlive()).toBe(false);
  });

  test('uses a clean page again, and a broken one never', async () => {
    const pool = poolOf({ concurrency: 1 });
    const first = await pool.lease();
    await first.release('clean');
    const second = await pool.lease();
    expect(second.page).toBe(first.page);
    await second.release('broken');
    const third = await pool.lease();
    expect(third.page).not.toBe(first.page);
    await third.release('clean');
  });

  test('never uses a page again whose document planned to go elsewhere, be it in an hour', async () => {
    const pool = poolOf({ concurrency: 1 });
    const first = await pool.lease();
    await first.page.print('<meta http-equiv="refresh" content="3600; url=about:blank"><p>x</p>');
    await first.release('clean');
    const second = await pool.lease();
    expect(second.page).not.toBe(first.page);
    await second.release('clean');
  });

  test('a browser that cannot start is an error for this document, and tried again for the next', async () => {
    let attempts = 0;
    const pool = createBrowserPool({
      launch: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('no room');
        return chromiumExecutable();
      },
      concurrency: 1,
      documentsPerBrowser: 10,
    });
    pools.push(pool);
    await expect(pool.lease()).rejects.toThrow('no room');
    const { release } = await pool.lease();
    await release('clean');
  });
});
