import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { fontAt } from '../fonts/families.ts';

/** A page that prints one document after another. */
export type PrintPage = {
  /** @throws what the browser says, also when it died meanwhile; and when the document left itself before it was printed. */
  print(html: string): Promise<Uint8Array>;
  /** Leaves the document. False when the page does not obey, or when a document of it had planned to go elsewhere (a timed refresh). */
  empty(): Promise<boolean>;
  /** Also in the middle of printing, which then fails. */
  close(): Promise<void>;
  browserIsAlive(): boolean;
};

const EMPTY_TIMEOUT_MS = 3_000;
/** A document belongs to no site: it may read fonts of any. */
const fontHeaders = { 'access-control-allow-origin': '*', 'cache-control': 'max-age=31536000, immutable' };
/** The size and the margins are the document's own, by its CSS. */
const printing = {
  preferCSSPageSize: true,
  printBackground: true,
  generateTaggedPDF: true,
  generateDocumentOutline: true,
  ...{ marginTop: 0, marginBottom: 0, marginLeft: 0, marginRight: 0 },
};

/**
 * A page without script and network, but for the fonts of this room. Documents come in, and leave as PDF, by the DevTools protocol's own verbs:
 * Playwright's take longer, and going to an empty page between two documents would make the browser forget its fonts.
 */
export async function openPrintPage(browser: Browser): Promise<PrintPage> {
  const context = await browser.newContext({ javaScriptEnabled: false, offline: true, serviceWorkers: 'block' });
  const page = await context.newPage();
  // 204 is the answer after which a page stays where it is, so a document cannot even leave itself.
  await page.route('**/*', (route) => {
    const font = fontAt(route.request().url());
    return font
      ? route.fulfill({ contentType: 'font/woff2', headers: fontHeaders, body: Buffer.from(font) })
      : route.fulfill({ status: 204 });
  });
  const session = await context.newCDPSession(page);
  await session.send('Page.enable');

  const gone = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new Error('The page crashed')));
    page.once('close', () => reject(new Error('The page was closed')));
  });
  gone.catch(() => undefined);

  // A refresh that is due while the page is emptied would still replace the next document: such a page is not used again.
  let hadPlans = false;
  let hasLeft = false;
  session.on('Page.frameScheduledNavigation', () => (hadPlans = true));
  session.on('Page.frameRequestedNavigation', ({ reason }) => (hasLeft ||= reason !== 'initialFrameNavigation'));

  const show = async (html: string): Promise<void> => {
    // The answer comes after the events of the document before, so that the next load event is this document's.
    const { frameTree } = await session.send('Page.getFrameTree');
    const loaded = new Promise<void>((resolve) => session.once('Page.loadEventFired', () => resolve()));
    await session.send('Page.setDocumentContent', { frameId: frameTree.frame.id, html });
    await loaded;
  };
  const print = async (html: string): Promise<Uint8Array> => {
    await Promise.race([show(html), gone]);
    const { data } = await Promise.race([session.send('Page.printToPDF', printing), gone]);
    if (hasLeft) throw new Error('The document went elsewhere while it was printed');
    return Buffer.from(data, 'base64');
  };
  const empty = (): Promise<boolean> =>
    Promise.race([
      show('').then(
        () => !hadPlans && !hasLeft,
        () => false,
      ),
      pause(EMPTY_TIMEOUT_MS, false, { ref: false }),
    ]);

  return { print, empty, close: () => context.close(), browserIsAlive: () => browser.isConnected() };
}
