import { expect, type Page, test } from '@playwright/test';
import { fillDetails, freeSlots, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
const title = 'Donaudampfschifffahrtsgesellschaftskapitänsbesprechung with everybody on the second floor';
const guestName = 'Maximiliane-Konstantina Wolkensteintrostburgachterberghohenstaufen';
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost('Annegret Freifrau von Hohenstaufenlützelburgzutannenberg');
});

/** Nothing is wider than the window, and the heading not wider than what it stands in. Asked until one view has made way for the next. */
async function fits(page: Page): Promise<void> {
  await expect(page.locator('h1').first()).toBeVisible();
  await expect
    .poll(() => page.evaluate(whatSticksOut), { message: page.url() })
    .toEqual({ page: false, heading: false });
}

/** In the page; null while it has no heading. */
function whatSticksOut(): { page: boolean; heading: boolean } | null {
  const heading = document.querySelector('h1');
  const around = heading?.parentElement;
  if (heading === null || around === null || around === undefined) return null;
  const range = document.createRange();
  range.selectNodeContents(heading);
  return {
    page: document.documentElement.scrollWidth > innerWidth,
    heading: range.getBoundingClientRect().right > around.getBoundingClientRect().right + 1,
  };
}

for (const [name, viewport] of [
  ['a desktop', { width: 1280, height: 860 }],
  ['a phone', { width: 390, height: 844 }],
] as const) {
  test(`long titles and names stay inside the page on ${name}`, async ({ browser }) => {
    const type = await host.meetingType({ title });
    const context = await browser.newContext({ viewport });
    const page = await context.newPage();
    await page.goto(`${base}/${host.me.host.slug}`);
    await fits(page);
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    await fits(page);
    await page.locator(`[data-slot="${(await freeSlots(page))[name === 'a phone' ? 1 : 4] ?? ''}"]`).click();
    await fits(page);
    await fillDetails(page, guestName);
    await page.getByRole('button', { name: 'Confirm the meeting' }).click();
    await expect(page).toHaveURL(/\/my-booking#/);
    await fits(page);
    await host.enter(context);
    const booking = await host.newestBooking();
    for (const path of ['', `/bookings/${booking.id}`, '/meeting-types', '/availability']) {
      await page.goto(`${base}/dashboard${path}`);
      await page.waitForLoadState('networkidle');
      await fits(page);
    }
    await context.close();
  });
}
