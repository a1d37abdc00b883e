import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

/** `2027-03-05`, so many days from now. */
const dateIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a host opens a meeting for certain dates only, and guests are offered those', async ({ browser }) => {
  const host = await newHost('Tilda Types');
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard/meeting-types/new`);
  await desk.getByLabel('Title').fill('Fair');
  await desk.getByLabel('Minutes per day at most').fill('240');
  await desk.getByLabel('Start every (minutes)').fill('60');
  await desk.getByLabel('Starts shifted by (minutes)').fill('15');
  await desk.getByLabel('Open for booking').selectOption('Certain dates');
  await desk.getByLabel('First date').fill(dateIn(3));
  await desk.getByLabel('Last date').fill(dateIn(4));
  expect((await new AxeBuilder({ page: desk }).analyze()).violations).toEqual([]);
  await desk.getByRole('button', { name: 'Save' }).click();
  await expect(desk).toHaveURL(/meeting-types\/[\da-f-]{36}$/);
  await desk.reload();
  await expect(desk.getByLabel('Last date')).toHaveValue(dateIn(4));
  await expect(desk.getByLabel('Minutes per day at most')).toHaveValue('240');

  const guest = await browser.newPage();
  const from = `${dateIn(0)}T00:00:00Z`;
  const asked = await guest.request.get(
    `${base}/api/v1/pages/${host.me.host.slug}/fair/slots?from=${from}&to=${dateIn(20)}T00:00:00Z&timeZone=Europe/Berlin`,
  );
  const { days } = (await asked.json()) as { days: { date: string; slots: string[] }[] };
  expect(days.map(({ date }) => date)).toEqual([dateIn(3), dateIn(4)]);
  expect(new Set(days.flatMap(({ slots }) => slots.map((startsAt) => startsAt.slice(14, 16))))).toEqual(
    new Set(['15']),
  );
  await guest.close();
  await office.close();
});

test('what is wrong comes into sight, and not below the bar that saves', async ({ page, context }) => {
  await (await newHost('Obscured Host')).enter(context);
  await page.goto(`${base}/dashboard/meeting-types/new`);
  await page.getByLabel('Title').fill('Certain dates');
  await page.getByLabel('Open for booking').selectOption('Certain dates');
  await page.getByLabel('First date').fill('2027-03-10');
  await page.getByLabel('Last date').fill('2027-03-01');
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole('button', { name: 'Save' }).click();
  const wrong = page.getByLabel('Last date');
  await expect(wrong).toBeFocused();
  const bottomOf = async () =>
    Math.ceil(((await wrong.boundingBox())?.y ?? 0) + ((await wrong.boundingBox())?.height ?? 0));
  const bar = page.getByRole('button', { name: 'Save' });
  await expect.poll(async () => (await bottomOf()) <= ((await bar.boundingBox())?.y ?? 0)).toBe(true);
});
