import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, LaunchOptions } from 'playwright-core';
import { openPrintPage } from './print-page.ts';
import type { PrintPage } from './print-page.ts';

export type PageLease = {
  page: PrintPage;
  /** `broken`: the page may be busy or in an unknown state, and is closed in place of being used again. Never rejects. */
  release(outcome: 'clean' | 'broken'): Promise<void>;
};

export type BrowserPool = {
  /** Waits for a place when as many documents as allowed are being made. */
  lease(): Promise<PageLease>;
  /** Refuses who waits, and ends when the documents under way are done. */
  close(): Promise<void>;
};

export type BrowserPoolOptions = {
  launch: () => Promise<LaunchOptions>;
  /** Documents made at once. */
  concurrency: number;
  /** After so many the browser takes no more, and is closed when its last one is done: a browser's memory only grows. */
  documentsPerBrowser: number;
  /** Called whenever a browser was started. */
  started?: () => void;
};

type Running = {
  browser: Promise<Browser>;
  leases: number;
  documents: number;
  retired: boolean;
  idlePages: PrintPage[];
};

const PAGE_CLOSE_MS = 3_000;

/**
 * One browser for all documents, started at first need; one that died is replaced at the next lease. Pages are used again, since a
 * new one takes longer than a document: without script, storage or network nothing of a document outlives the next one's loading.
 */
export function createBrowserPool(options: BrowserPoolOptions): BrowserPool {
  const places = createPlaces(options.concurrency);
  let current: Running | null = null;
  let closing: Promise<void> | null = null;

  const retire = async (running: Running): Promise<void> => {
    running.retired = true;
    if (current === running) current = null;
    if (running.leases === 0) await shut(running);
  };

  /** A page that does not let itself be closed costs its browser; documents under way in it are printed again in the next. */
  const closeOrRetire = async (page: PrintPage, running: Running): Promise<void> => {
    const closed = page.close().then(
      () => true,
      () => true,
    );
    if (await Promise.race([closed, pause(PAGE_CLOSE_MS, false, { ref: false })])) return;
    await shut(running);
    await retire(running);
  };

  const start = (): Running => {
    const browser = launchChromium(options);
    const running: Running = { browser, leases: 0, documents: 0, retired: false, idlePages: [] };
    browser.then(
      (started) => {
        started.on('disconnected', () => void retire(running));
        options.started?.();
      },
      () => void retire(running),
    );
    return running;
  };

  const leaseFrom = async (running: Running): Promise<PageLease> => {
    running.leases += 1;
    running.documents += 1;
    const finish = async (): Promise<void> => {
      running.leases -= 1;
      if (running.retired || running.documents >= options.documentsPerBrowser) await retire(running);
    };
    try {
      const page = running.idlePages.pop() ?? (await openPrintPage(await running.browser));
      const release = async (outcome: 'clean' | 'broken'): Promise<void> => {
        if (outcome === 'clean' && (await page.empty())) running.idlePages.push(page);
        else await closeOrRetire(page, running);
        await finish();
      };
      return { page, release };
    } catch (error) {
      await finish();
      throw error;
    }
  };

  const lease = async (): Promise<PageLease> => {
    if (closing !== null) throw new Error('The PDF renderer is closed');
    await places.take();
    try {
      if (closing !== null) throw new Error('The PDF renderer is closed');
      const { page, release } = await leaseFrom((current ??= start()));
      return { page, release: (outcome) => release(outcome).finally(places.give) };
    } catch (error) {
      places.give();
      throw error;
    }
  };

  const end = async (): Promise<void> => {
    for (let taken = 0; taken < options.concurrency; taken += 1) await places.take();
    if (current !== null) await retire(current);
  };

  return { lease, close: () => (closing ??= end()) };
}

/** Playwright has 40 MB: a process that makes no document, as most APIs, does without. */
async function launchChromium({ launch }: BrowserPoolOptions): Promise<Browser> {
  const [launchOptions, { chromium }] = await Promise.all([launch(), import('playwright-core')]);
  return chromium.launch(launchOptions);
}

async function shut(running: Running): Promise<void> {
  await running.browser.then((browser) => browser.close()).catch(() => undefined);
}

/** A fixed number of places. A place given back goes straight to the one that waited longest, so nobody can slip in between. */
function createPlaces(count: number): { take(): Promise<void>; give(): void } {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    take: async () => {
      if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      else free -= 1;
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    },
  };
}
