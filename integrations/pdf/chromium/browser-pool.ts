import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, LaunchOptions, Page } from 'playwright-core';

export type PageLease = {
  page: Page;
  /** `broken`: the page may be busy or in an unknown state, and is closed in place of being used again. */
  release(outcome: 'clean' | 'broken'): Promise<void>;
};

export type BrowserPool = {
  /** A page without script and network. Waits for a place when as many documents as allowed are being made. */
  lease(): Promise<PageLease>;
  close(): Promise<void>;
};

export type BrowserPoolOptions = {
  launch: () => Promise<LaunchOptions>;
  /** Documents made at once. */
  concurrency: number;
  /** After so many the browser takes no more, and is closed when its last one is done: a browser's memory only grows. */
  documentsPerBrowser: number;
};

const PAGE_CLOSE_MS = 3_000;

type Running = { browser: Promise<Browser>; leases: number; documents: number; retired: boolean; idlePages: Page[] };

/**
 * One browser for all documents, started at first need; one that died is replaced at the next lease. Pages are used again, since a
 * new one takes longer than a document: without script, storage or network nothing of a document outlives the next one's loading.
 */
export function createBrowserPool(options: BrowserPoolOptions): BrowserPool {
  const places = createPlaces(options.concurrency);
  let current: Running | null = null;
  let closed = false;

  const retire = async (running: Running): Promise<void> => {
    running.retired = true;
    if (current === running) current = null;
    if (running.leases === 0) await shut(running);
  };

  /** A page that does not let itself be closed costs its browser; documents under way in it are printed again in the next. */
  const closeOrRetire = async (page: Page, running: Running): Promise<void> => {
    const closing = page
      .context()
      .close()
      .then(
        () => true,
        () => true,
      );
    const closed = await Promise.race([closing, pause(PAGE_CLOSE_MS, false, { ref: false })]);
    if (closed) return;
    await shut(running);
  };

  const start = (): Running => {
    const browser = options.launch().then((launchOptions) => chromium.launch(launchOptions));
    const running: Running = { browser, leases: 0, documents: 0, retired: false, idlePages: [] };
    browser.then(
      (started) => started.on('disconnected', () => void retire(running)),
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
      const page = running.idlePages.pop() ?? (await newPage(await running.browser));
      const release = async (outcome: 'clean' | 'broken'): Promise<void> => {
        if (outcome === 'clean' && !page.isClosed()) running.idlePages.push(page);
        else
          await page
            .context()
            .close()
            .catch(() => undefined);
        await finish();
      };
      return { page, release };
    } catch (error) {
      await finish();
      throw error;
    }
  };

  const lease = async (): Promise<PageLease> => {
    await places.take();
    try {
      if (closed) throw new Error('The PDF renderer is closed');
      const { page, release } = await leaseFrom((current ??= start()));
      return { page, release: (outcome) => release(outcome).finally(places.give) };
    } catch (error) {
      places.give();
      throw error;
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    if (current !== null) await retire(current);
  };

  return { lease, close };
}

/** Leaves the document, and with it what it had still planned (a timed refresh). False when the page does not obey. */
async function emptied(page: Page): Promise<boolean> {
  return page.goto('about:blank', { timeout: PAGE_CLOSE_MS }).then(
    () => true,
    () => false,
  );
}

async function shut(running: Running): Promise<void> {
  await running.browser.then((browser) => browser.close()).catch(() => undefined);
}

async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  // 204 is the answer after which a page stays where it is, so a document cannot even leave itself.
  await page.route('**/*', (route) => route.fulfill({ status: 204 }));
  return page;
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
