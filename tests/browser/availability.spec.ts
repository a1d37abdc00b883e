import { expect, type Page, test } from '@playwright/test';
import type { ScheduleRules } from '#contract/schedules.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
type Kept = { name: string; isDefault: boolean; rules: ScheduleRules };
let host: TestHost;
let page: Page;
test.beforeEach(async ({ browser }) => {
  host = await newHost('Hours Host');
  const office = await browser.newContext();
  await host.enter(office);
  page = await office.newPage();
  await page.goto(`${base}/dashboard/availability`);
  await page.getByRole('button', { name: 'Copy Monday to the other weekdays' }).waitFor();
});
test.afterEach(() => page.context().close());

const kept = async () => (await host.send<{ items: Kept[] }>('get', '/schedules')).items;
const rules = async () => {
  const [first] = await kept();
  if (first === undefined) throw new Error('this host has no schedule');
  return first.rules;
};
async function save(): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
}
const choose = (what: string) => page.locator('label', { hasText: what }).click();

/** A month that lies ahead as a whole, and one of its days as `YYYY-MM-DD`. */
async function nextMonth(): Promise<(day: number) => string> {
  await page.getByRole('button', { name: 'Next month' }).click();
  const first = await page.locator('[data-date$="-01"]').getAttribute('data-date');
  return (day) => `${first?.slice(0, 8) ?? ''}${String(day).padStart(2, '0')}`;
}

test('hours drawn over with the mouse are closed, and back again until saved', async () => {
  const cell = (at: string) => page.locator(`[data-at="${at}"]`);
  await cell('0-16').hover();
  await page.mouse.down();
  await cell('0-20').hover();
  await cell('0-23').hover();
  await page.mouse.up();
  await expect(page.getByText('Not saved yet')).toBeVisible();
  await save();
  expect((await rules()).weekly.mon).toEqual([
    ['00:00', '08:00'],
    ['12:00', '24:00'],
  ]);
  await cell('0-18').hover();
  await page.mouse.down();
  await cell('0-21').hover();
  await page.mouse.up();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(cell('0-18')).toHaveAttribute('aria-selected', 'false');
});

test('days drawn over on the calendar are closed, and given other hours, by mouse', async () => {
  const day = await nextMonth();
  await page.locator(`[data-date="${day(10)}"]`).hover();
  await page.mouse.down();
  await page.locator(`[data-date="${day(12)}"]`).hover();
  await page.mouse.up();
  await choose('Closed');
  await page.getByLabel('Note, for yourself').fill('Away');
  await page.locator(`[data-date="${day(11)}"]`).click();
  await choose('Other hours');
  await save();
  expect(await rules()).toMatchObject({
    overrides: [{ date: day(11), windows: [['00:00', '24:00']] }],
    blackouts: [
      { from: day(10), to: day(10), note: 'Away' },
      { from: day(12), to: day(12), note: 'Away' },
    ],
  });
  const away = page.getByRole('listitem').filter({ hasText: 'Away' });
  await away
    .first()
    .getByRole('button', { name: /^Remove/ })
    .click();
  await save();
  expect((await rules()).blackouts).toEqual([{ from: day(12), to: day(12), note: 'Away' }]);
});

test('by keyboard alone, days are spent in another time zone and closed', async () => {
  const day = await nextMonth();
  await page.locator(`[data-date="${day(5)}"]`).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(page.locator('[aria-selected="true"] [data-date]')).toHaveCount(3);
  await page.getByRole('radio', { name: 'Closed' }).focus();
  await page.keyboard.press('Space');
  await page
    .getByRole('button', { name: /Change time zone/ })
    .last()
    .focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Tokyo');
  await page.keyboard.press('Enter');
  await save();
  expect(await rules()).toMatchObject({
    blackouts: [{ from: day(5), to: day(7) }],
    travel: [{ from: day(5), to: day(7), timeZone: 'Asia/Tokyo' }],
  });
  await expect(page.locator(`[data-date="${day(6)}"]`)).toHaveAccessibleName(/closed, in Tokyo/);
});

test('a second schedule is added, named, made the default, and the first one deleted', async () => {
  await host.meetingType({ title: 'Tea' });
  await page.reload();
  await expect(page.getByText('Used by “Tea”')).toBeVisible();
  await page.getByRole('button', { name: 'New schedule' }).click();
  await expect(page.getByText('No meeting type uses this schedule.')).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Evenings');
  await page.getByLabel('Used where a meeting type names no other').check();
  await save();
  await expect(page.getByText('Used by “Tea”')).toBeVisible();
  await page.getByRole('button', { name: 'Always' }).click();
  await page.getByRole('button', { name: 'Delete this schedule' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this schedule' }).click();
  await expect(page.getByText('“Always” is deleted.')).toBeVisible();
  expect(await kept()).toMatchObject([{ name: 'Evenings', isDefault: true }]);
});
