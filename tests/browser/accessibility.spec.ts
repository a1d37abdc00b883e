import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';
import { fillDetails, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost('Axe Host');
});

/** What axe finds, short enough to be read in a test report. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nobody is kept out of the guest’s pages, in ${colorScheme}`, async ({ browser }) => {
    const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId, durationsMinutes: [30, 60] });
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    for (const path of [
      '/',
      `/${host.me.host.slug}`,
      '/no/such/page',
      '/my-booking',
      '/legal',
      '/security',
      '/verify',
      '/link-over',
    ]) {
      await page.goto(`${base}${path}`);
      await page.getByRole('heading').first().waitFor();
      expect(await violations(page), path).toEqual([]);
    }
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    const start = (await freeSlots(page))[colorScheme === 'light' ? 0 : 4] ?? '';
    expect(await violations(page), 'times').toEqual([]);
    await page.getByRole('button', { name: /Change time zone/ }).click();
    expect(await violations(page), 'zones').toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator(`[data-slot="${start}"]`).click();
    expect(await violations(page), 'details').toEqual([]);
    await page.goBack();
    await hold(page, start);
    await liftSheet(page);
    expect(await violations(page), 'signing').toEqual([]);
    await page.getByRole('button', { name: 'I don’t want to sign' }).click();
    expect(await violations(page), 'declining').toEqual([]);
    await page.goto(page.url().replace('/sign', ''));
    await page.getByRole('heading', { name: 'The time is held for you.' }).waitFor();
    expect(await violations(page), 'my booking').toEqual([]);
    await context.close();
  });

  test(`nobody is kept out of the host’s pages, in ${colorScheme}`, async ({ browser }) => {
    // Twenty pages, each looked at whole.
    test.setTimeout(240_000);
    const type = await host.meetingType();
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    for (const path of ['/log-in', '/sign-up', '/reset-password', '/invitation']) {
      await page.goto(`${base}${path}`);
      await page.getByRole('heading').first().waitFor();
      expect(await violations(page), path).toEqual([]);
    }
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    const slots = await freeSlots(page);
    await slotClick(page, slots[colorScheme === 'light' ? 8 : 12] ?? '');
    await host.enter(context);
    const pages = [
      '',
      '/availability',
      '/meeting-types',
      `/meeting-types/${type.id}`,
      '/nda-templates',
      '/operations',
      '/account',
      '/members',
      '/organization',
      '/audit',
      '/privacy',
      '/api-keys',
    ];
    const booking = await host.newestBooking();
    for (const path of [
      ...pages,
      `/nda-templates/${host.ndaTemplateId}`,
      `/bookings/${booking.id}`,
      '/start',
      '/embed',
      '/insights',
    ]) {
      await page.goto(`${base}/dashboard${path}`);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await page.waitForLoadState('networkidle');
      expect(await violations(page), path).toEqual([]);
    }
    await context.close();
  });
}

async function slotClick(page: Page, start: string): Promise<void> {
  await page.locator(`[data-slot="${start}"]`).click();
  await fillDetails(page);
  await page.getByRole('button', { name: 'Confirm the meeting' }).click();
  await expect(page).toHaveURL(/\/my-booking#/);
}
