import type { Browser, BrowserContextOptions, Page } from '@playwright/test';

const phone: BrowserContextOptions = {
  viewport: { width: 412, height: 823 },
  deviceScaleFactor: 1.75,
  hasTouch: true,
  isMobile: true,
  locale: 'en-GB',
  timezoneId: 'Europe/Riga',
};

export type Usable = {
  /** From the start of the navigation to the first time that can be chosen, painted; ms. */
  usableAfterMs: number;
  /** From pressing "next month" to that month's times, painted; ms, one for each of two months. */
  monthChangesMs: number[];
  /** Scripts that came before the page was usable, as transferred. */
  scriptKilobytes: number;
};

/** One first visit of a booking page by a phone whose processor is `slowdown` times slower than this machine. */
export async function firstVisit(browser: Browser, url: string, slowdown: number): Promise<Usable> {
  const context = await browser.newContext(phone);
  try {
    const page = await context.newPage();
    const tools = await context.newCDPSession(page);
    await tools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    await page.addInitScript(watchForTimes);
    await page.goto(url, { waitUntil: 'commit' });
    await page.waitForFunction(() => 'usableAfterMs' in window);
    const { usableAfterMs, scriptKilobytes } = await page.evaluate(readMarks);
    const monthChangesMs: number[] = [];
    for (let month = 0; month < 2; month += 1) {
      // A reader looks at a month before asking for the next one.
      await page.waitForTimeout(1_500);
      monthChangesMs.push(await changeMonth(page));
    }
    return { usableAfterMs, monthChangesMs, scriptKilobytes };
  } finally {
    await context.close();
  }
}

/** Runs in the page, before its scripts. */
function watchForTimes(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[data-slot]') === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => Object.assign(window, { usableAfterMs: performance.now() })));
  });
  observer.observe(document, { childList: true, subtree: true });
}

function readMarks(): { usableAfterMs: number; scriptKilobytes: number } {
  const { usableAfterMs } = window as unknown as { usableAfterMs: number };
  const scripts = performance
    .getEntriesByType('resource')
    .filter(({ name, startTime }) => name.endsWith('.js') && startTime < usableAfterMs);
  const bytes = scripts.reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0);
  return { usableAfterMs: Math.round(usableAfterMs), scriptKilobytes: Math.round(bytes / 100) / 10 };
}

function changeMonth(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        setTimeout(() => reject(new Error('the next month has no times')), 20_000);
        const shown = () => document.querySelector<HTMLElement>('[data-slot]')?.dataset['slot'];
        const before = shown();
        const startedAt = performance.now();
        const observer = new MutationObserver(() => {
          if (shown() === undefined || shown() === before) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(Math.round(performance.now() - startedAt))));
        });
        observer.observe(document.body, { childList: true, subtree: true, attributes: true });
        document.querySelectorAll<HTMLButtonElement>('section > header .icon')[1]?.click();
      }),
  );
}
