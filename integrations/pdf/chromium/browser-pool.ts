import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

export type BrowserLease = { browser: Browser; release(): Promise<void> };

export type BrowserPool = {
  /** Waits for a place when as many documents as allowed are being made. */
  lease(): Promise<BrowserLease>;
  close(): Promise<void>;
};

type Running = { browser: Promise<Browser>; leases: number; documents: number; retired: boolean };

/**
 * One browser for all documents, started at first need. After `documentsPerBrowser` it takes no more and is closed when its last
 * document is done, since a browser's memory only grows; one that died is replaced at the next lease.
 */
export function createBrowserPool(options: {
  launch: () => Promise<Parameters<typeof chromium.launch>[0]>;
  concurrency: number;
  documentsPerBrowser: number;
}): BrowserPool {
  let current: Running | null = null;
  let closed = false;
  let busy = 0;
  const waiting: (() => void)[] = [];

  const retire = async (running: Running): Promise<void> => {
    running.retired = true;
    if (current === running) current = null;
    if (running.leases === 0) await running.browser.then((browser) => browser.close()).catch(() => undefined);
  };

  const start = (): Running => {
    const running: Running = {
      browser: options.launch().then((launch) => chromium.launch(launch)),
      leases: 0,
      documents: 0,
      retired: false,
    };
    running.browser.then(
      (browser) => browser.on('disconnected', () => void retire(running)),
      () => void retire(running),
    );
    return running;
  };

  const takePlace = async (): Promise<void> => {
    if (busy >= options.concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
  };

  /** The place goes straight to the one that waited longest, so that nobody can slip in between. */
  const givePlace = (): void => {
    const next = waiting.shift();
    if (next === undefined) busy -= 1;
    else next();
  };

  const lease = async (): Promise<BrowserLease> => {
    await takePlace();
    if (closed) {
      givePlace();
      throw new Error('The PDF renderer is closed');
    }
    const running = (current ??= start());
    running.leases += 1;
    running.documents += 1;
    const release = async (): Promise<void> => {
      running.leases -= 1;
      givePlace();
      if (running.retired || running.documents >= options.documentsPerBrowser) await retire(running);
    };
    try {
      return { browser: await running.browser, release };
    } catch (error) {
      await release();
      throw error;
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    if (current !== null) await retire(current);
  };

  return { lease, close };
}
