import { expect, type Page, test, type WebSocketRoute } from '@playwright/test';
import { fillDetails, freeSlots, hold, openLaterDay, slotButton } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost();
});

test('what one guest holds is gone for another within a second, and comes back when it is let go', async ({
  browser,
}) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const [one, other] = await Promise.all([browser.newPage(), browser.newPage()]);
  for (const page of [one, other]) {
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
  }
  const start = (await freeSlots(one))[2] ?? '';
  await expect(slotButton(other, start)).toBeVisible();
  await slotButton(one, start).click();
  await fillDetails(one);
  const answered = one.waitForResponse((response) => response.url().endsWith('/api/v1/bookings'));
  await one.getByRole('button', { name: 'Hold this time and sign' }).click();
  await answered;
  await expect(slotButton(other, start)).toHaveCount(0, { timeout: 1_000 });
  await expect(other.getByText('just taken', { exact: false }).first()).toBeAttached();

  await host.cancel((await host.newestBooking()).id);
  await expect(slotButton(other, start)).toBeVisible({ timeout: 1_500 });
  await Promise.all([one.close(), other.close()]);
});

test('of two guests after one time, one gets it; the other is told while typing, with the nearest times, and loses nothing typed', async ({
  browser,
}) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const [one, other] = await Promise.all([browser.newPage(), browser.newPage()]);
  for (const page of [one, other]) {
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
  }
  const start = (await freeSlots(one))[4] ?? '';
  await slotButton(other, start).click();
  await other.getByLabel('Name', { exact: true }).fill('Bela Slow');
  await hold(one, start);

  await expect(other.getByText('What you typed is kept.', { exact: false })).toBeVisible();
  await expect(other.getByRole('button', { name: 'Hold this time and sign' })).toBeDisabled();
  await other.locator('.nearby button').first().click();
  await expect(other.getByLabel('Name', { exact: true })).toHaveValue('Bela Slow');
  await fillDetails(other, 'Bela Slow');
  await other.getByRole('button', { name: 'Hold this time and sign' }).click();
  await expect(other).toHaveURL(/\/my-booking\/sign#/);
  await Promise.all([one.close(), other.close()]);
});

test('two guests who press at the same moment: one holds the time, the other is offered the nearest', async ({
  browser,
}) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const pages = await Promise.all([browser.newPage(), browser.newPage()]);
  let start = '';
  for (const page of pages) {
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    start ||= (await freeSlots(page))[7] ?? '';
    await slotButton(page, start).click();
    await fillDetails(page);
  }
  await Promise.all(pages.map((page) => page.getByRole('button', { name: 'Hold this time and sign' }).click()));
  const outcomes = await Promise.all(
    pages.map((page) =>
      Promise.race([
        page.waitForURL(/\/my-booking\/sign#/).then(() => 'held' as const),
        page
          .locator('.nearby')
          .waitFor()
          .then(() => 'offered others' as const),
      ]),
    ),
  );
  expect(outcomes.sort()).toEqual(['held', 'offered others']);
  await Promise.all(pages.map((page) => page.close()));
});

test('a page that lost its connection catches up with what it missed', async ({ browser }) => {
  const type = await host.meetingType();
  const context = await browser.newContext();
  const page = await context.newPage();
  const connection = await severable(page);
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  const start = (await freeSlots(page))[1] ?? '';
  connection.sever();
  await expect(page.getByText('Connection lost', { exact: false })).toBeVisible({ timeout: 30_000 });
  const elsewhere = await browser.newPage();
  await elsewhere.goto(`${base}${type.path}?slot=${start}`);
  await fillDetails(elsewhere, 'Cy Elsewhere');
  await elsewhere.getByRole('button', { name: 'Confirm the meeting' }).click();
  await expect(elsewhere).toHaveURL(/\/my-booking#/);
  await expect(slotButton(page, start)).toBeVisible();
  connection.mend();
  await expect(slotButton(page, start)).toHaveCount(0, { timeout: 15_000 });
  await expect(page.getByText('Connection lost', { exact: false })).toHaveCount(0);
  await Promise.all([context.close(), elsewhere.close()]);
});

/** The page's live connection, with hands on the wire: what goes through it really comes from the server. */
async function severable(page: Page): Promise<{ sever: () => void; mend: () => void }> {
  let severed = false;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(/\/live/, (socket) => {
    if (severed) return void setTimeout(() => void socket.close(), 50);
    open.add(socket);
    return void socket.connectToServer();
  });
  return {
    sever: () => {
      severed = true;
      for (const socket of open) void socket.close();
      open.clear();
    },
    mend: () => {
      severed = false;
    },
  };
}
