import type { Browser } from 'playwright-core';

/** A page that prints one document after another. */
export type PrintPage = {
  /** @throws what the browser says, also when it died meanwhile. */
  print(html: string): Promise<Uint8Array>;
  /** Leaves the document, and with it what it had still planned (a timed refresh). False when the page does not obey. */
  empty(): Promise<boolean>;
  /** Also in the middle of printing, which then fails. */
  close(): Promise<void>;
  browserIsAlive(): boolean;
};

const EMPTY_TIMEOUT_MS = 3_000;

/**
 * A page without script and network. Documents come in by the DevTools protocol's own verb, since Playwright's `setContent` takes three times as
 * long with fonts inline.
 */
export async function openPrintPage(browser: Browser): Promise<PrintPage> {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  // 204 is the answer after which a page stays where it is, so a document cannot even leave itself.
  await page.route('**/*', (route) => route.fulfill({ status: 204 }));
  const session = await context.newCDPSession(page);
  await session.send('Page.enable');

  const gone = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new Error('The page crashed')));
    page.once('close', () => reject(new Error('The page was closed')));
  });
  gone.catch(() => undefined);

  const print = async (html: string): Promise<Uint8Array> => {
    // The answer comes after the events of the document before, so that the next load event is this document's.
    const { frameTree } = await session.send('Page.getFrameTree');
    const loaded = new Promise<void>((resolve) => session.once('Page.loadEventFired', () => resolve()));
    await session.send('Page.setDocumentContent', { frameId: frameTree.frame.id, html });
    await Promise.race([loaded, gone]);
    return page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true });
  };

  const empty = (): Promise<boolean> =>
    page.goto('about:blank', { timeout: EMPTY_TIMEOUT_MS }).then(
      () => true,
      () => false,
    );

  return { print, empty, close: () => context.close(), browserIsAlive: () => browser.isConnected() };
}
