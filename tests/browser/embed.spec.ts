import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Frame, type Page, test } from '@playwright/test';
import { snippetOf, type EmbedKind } from '../../web/embed/snippet.ts';
import { fillDetails } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
let foreign: Server;
/** What the other site's page says; it is asked for by its path. */
const pages = new Map<string, string>();

test.beforeAll(async () => {
  host = await newHost('Embedded Host');
  foreign = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(pages.get(request.url ?? '') ?? '');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
});
test.afterAll(() => new Promise<void>((resolve) => void foreign.close(() => resolve())));

/** Another origin, with the snippet that the dashboard gives, writing down which events it hears. */
async function openForeignPage(page: Page, kind: EmbedKind, path: string): Promise<void> {
  pages.set(
    `/${kind}`,
    `<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>${snippetOf(kind, base, path, 'Book me')}`,
  );
  await page.addInitScript(() => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    for (const name of ['ready', 'held', 'confirmed']) {
      addEventListener(`countersign:${name}`, (event) => {
        heard.push(`${name} ${JSON.stringify((event as CustomEvent).detail)}`);
      });
    }
  });
  await page.goto(`http://127.0.0.1:${(foreign.address() as AddressInfo).port}/${kind}`);
}

const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: string[] }).heard);

async function bookInFrame(page: Page): Promise<void> {
  const frame = page.frameLocator('iframe[title="Booking"]');
  await frame.getByRole('button', { name: 'Next month' }).click();
  await frame.locator('[data-slot]').first().click();
  const inner = page.frames().find((each) => each.url().startsWith(base)) as Frame;
  await fillDetails(inner as unknown as Page, 'Em Bedded');
  await inner.getByRole('button', { name: 'Confirm the meeting' }).click();
  await expect(inner.getByRole('heading', { name: 'Your meeting is confirmed.' })).toBeVisible({ timeout: 20_000 });
}

test('a guest books in a page of another site, which hears of it and learns nothing personal', async ({ page }) => {
  const type = await host.meetingType();
  await openForeignPage(page, 'inline', type.path);
  await expect.poll(() => heard(page)).toEqual([`ready {"path":"${type.path}"}`]);
  await bookInFrame(page);
  const said = await heard(page);
  expect(said.at(-1)).toMatch(/^confirmed \{"path":"[^"]+","startsAt":"[^"]+"\}$/);
  expect(said.join()).not.toMatch(/Bedded|example\.net|#/);
});

test('a link on another site opens the booking page in a popup, which the keyboard closes', async ({ page }) => {
  const type = await host.meetingType();
  await openForeignPage(page, 'popup', type.path);
  await page.getByRole('link', { name: 'Book me' }).click();
  const popup = page.getByRole('dialog');
  await expect(popup.frameLocator('iframe').getByRole('heading', { name: 'A meeting' })).toBeVisible();
  await expect.poll(() => heard(page)).toHaveLength(1);
  await page.keyboard.press('Escape');
  await expect(popup).toHaveCount(0);
});

test('a floating button on another site leads to a booked meeting', async ({ page }) => {
  const type = await host.meetingType();
  await openForeignPage(page, 'button', type.path);
  await page.getByRole('button', { name: 'Book me' }).click();
  await bookInFrame(page);
});

test('the page with the snippets says when it could not be filled, and fills when asked again', async ({ browser }) => {
  await host.meetingType();
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  const typesPath = '**/api/v1/meeting-types*';
  await desk.route(typesPath, (route) => route.abort());
  await desk.goto(`${base}/dashboard/embed`);
  await expect(desk.getByRole('alert')).toBeVisible();
  await expect(desk.getByText('No meeting types yet', { exact: false })).toHaveCount(0);
  await desk.unroute(typesPath);
  await desk.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
  await expect(desk.getByRole('heading', { name: 'Paste this into your page' })).toBeVisible();
  await office.close();
});
