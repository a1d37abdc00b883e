import { expect, test } from '@playwright/test';
import { agreeAndSign, drawSignature, freeSlots, hold, liftSheet, openLaterDay } from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost('Dash Host');
});

test('bookings and signatures appear on the dashboard by themselves', async ({ browser }) => {
  test.setTimeout(180_000);
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard?view=all`);
  await expect(desk.getByText('No bookings yet.')).toBeVisible();

  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[0] ?? '', 'Live Guest');
  const row = desk.getByRole('row', { name: /Live Guest/ });
  await expect(row).toContainText(/Held · \d+:\d\d/, { timeout: 3_000 });
  await liftSheet(guest);
  await drawSignature(guest);
  await agreeAndSign(guest);
  await expect(row).toContainText('Confirmed', { timeout: 30_000 });

  await row.getByRole('link', { name: 'Live Guest' }).click();
  await expect(desk.getByRole('heading', { name: 'Live Guest' })).toBeVisible();
  await expect(desk.getByText('Signed agreement').first()).toBeVisible({ timeout: 15_000 });
  await expect(desk.getByText('Booking confirmed').first()).toBeVisible();
  await desk.getByRole('button', { name: 'Cancel', exact: true }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(desk.getByText('Canceled. The guest is told.')).toBeVisible();
  await expect(guest.getByRole('heading', { name: 'This meeting is canceled.' })).toBeVisible();
  await Promise.all([office.close(), guest.close()]);
});

test('the dashboard opens with what it shows, and asks for nothing more', async ({ browser }) => {
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  const asked: string[] = [];
  desk.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.push(pathname + search);
  });
  await desk.goto(`${base}/dashboard?view=past`);
  await expect(desk.getByText('No meetings behind you yet.')).toBeVisible();
  expect(asked).toEqual([]);
  await desk.getByRole('link', { name: 'Canceled', exact: true }).click();
  await expect.poll(() => asked).toEqual(['/api/v1/bookings?view=canceled&limit=25']);
  await office.close();
});

test('a host whom nobody can book yet is led to setting up', async ({ browser }) => {
  const office = await browser.newContext();
  await (await newHost('Bare Host')).enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard`);
  await desk.getByRole('link', { name: 'Set up' }).click();
  await expect(desk.getByRole('heading', { name: 'When can people meet you?' })).toBeVisible();
  await office.close();
});

test('rows stay on the page when the next ones do not come', async ({ browser }) => {
  const own = await newHost('Page Host');
  const type = await own.meetingType();
  const office = await browser.newContext();
  await own.enter(office);
  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[0] ?? '', 'Kept Guest');
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard`);
  await expect(desk.getByRole('link', { name: 'Kept Guest' })).toBeVisible();
  await desk.route('**/api/v1/bookings?**', (route) => route.abort());
  await own.cancel((await own.newestBooking()).id);
  await expect(desk.getByRole('alert')).toContainText('No connection.');
  await expect(desk.getByRole('link', { name: 'Kept Guest' })).toBeVisible();
  await desk.unroute('**/api/v1/bookings?**');
  await desk.getByRole('button', { name: 'Try again' }).click();
  await expect(desk.getByRole('link', { name: 'Kept Guest' })).toBeHidden();
  await expect(desk.getByRole('alert')).toBeHidden();
  await Promise.all([office.close(), guest.close()]);
});

test('a host releases a slot that is only held', async ({ browser }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[2] ?? '', 'Rel Eased');
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard/bookings/${(await host.newestBooking()).id}`);
  await desk.getByRole('button', { name: 'Release the slot' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Release the slot' }).click();
  await expect(desk.getByText('The slot is free again.')).toBeVisible();
  await expect(guest.getByRole('heading', { name: 'The time was let go.' })).toBeVisible();
  await Promise.all([office.close(), guest.close()]);
});

test('from signing up to a link that a guest can book, in one go', async ({ page, browser }) => {
  await page.goto(`${base}/sign-up`);
  await page.getByLabel('Your name').fill('First Run');
  await page.getByLabel('Organization').fill('First Run Ltd');
  await page.getByLabel('E-mail').fill(`first-${Date.now()}@example.org`);
  await page.getByLabel('Password').fill('a long enough secret phrase');
  await page.getByRole('button', { name: 'Create an account' }).click();
  await expect(page.getByRole('heading', { name: 'When can people meet you?' })).toBeVisible();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByLabel('Title').fill('First meeting');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByRole('button', { name: 'Make my link' }).click();
  await expect(page.getByRole('heading', { name: 'Your link is ready' })).toBeVisible({ timeout: 15_000 });
  await expect(page.frameLocator('iframe').getByRole('heading', { name: 'First meeting' })).toBeVisible();
  const link = await page.getByRole('link', { name: /First meeting/ }).getAttribute('href');
  const guest = await browser.newPage();
  await guest.goto(link ?? '');
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[0] ?? '');
  await guest.close();
});

test('hours painted by keyboard are the hours guests see', async ({ browser }) => {
  const office = await browser.newContext();
  const own = await newHost('Hours Host');
  await own.enter(office);
  const page = await office.newPage();
  await page.goto(`${base}/dashboard/availability`);
  await page.getByRole('button', { name: 'Copy Monday to the other weekdays' }).waitFor();
  await page.locator('[role=gridcell][tabindex="0"]').focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('Not saved yet')).toBeVisible();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved.')).toBeVisible();
  const { items } = await own.send<{ items: { rules: { weekly: { mon: string[][] } } }[] }>('get', '/schedules');
  expect(items[0]?.rules.weekly.mon).toEqual([
    ['00:00', '09:00'],
    ['09:30', '24:00'],
  ]);
  await office.close();
});

test('a wrong password says so, and the page asked for comes after the right one', async ({ page }) => {
  await page.goto(`${base}/dashboard/meeting-types`);
  await expect(page).toHaveURL(/\/log-in\?next=/);
  await page.getByLabel('E-mail').fill(host.email);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByText('E-mail or password is not right.')).toBeVisible();
  await page.getByLabel('Password').fill(host.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { name: 'Meeting types' })).toBeVisible();
});

test('a host sends a mail again, and finds the booking among the totals and the insights', async ({ browser }) => {
  const type = await host.meetingType();
  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[4] ?? '', 'Rae Send');
  await guest.close();
  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard/bookings/${(await host.newestBooking()).id}`);
  const actions = desk.getByRole('group', { name: 'Actions' });
  await actions.getByRole('button', { name: 'Send the mail again' }).click();
  await desk.getByRole('dialog').getByRole('button', { name: 'Send the mail again' }).click();
  await expect(desk.getByText('On its way.')).toBeVisible();
  await desk.goto(`${base}/dashboard`);
  await expect(desk.locator('li', { hasText: 'upcoming' }).locator('b')).not.toHaveText('0');
  await desk.getByRole('link', { name: 'Insights' }).click();
  await expect(desk.getByRole('heading', { name: 'Bookings over time' })).toBeVisible();
  await desk.getByText('As a table').first().click();
  await expect(desk.getByRole('table', { name: 'Bookings over time' })).toBeVisible();
  await office.close();
});

test('from signing up to a link by keyboard alone, within two minutes', async ({ page }) => {
  await page.goto(`${base}/sign-up`);
  await page.getByLabel('Your name').focus();
  await page.keyboard.type('Kay First');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Kay Ltd');
  await page.keyboard.press('Tab');
  await page.keyboard.type(`kay-${Date.now()}@example.org`);
  await page.keyboard.press('Tab');
  await page.keyboard.type('a long enough secret phrase');
  await page.keyboard.press('Enter');
  const startedAt = Date.now();
  const press = async (name: string) => {
    await page.getByRole('button', { name, exact: true }).focus();
    await page.keyboard.press('Enter');
  };
  await expect(page.getByRole('heading', { name: 'When can people meet you?' })).toBeVisible({ timeout: 20_000 });
  await press('Next');
  await expect(page.getByLabel('Title')).toBeVisible();
  await press('Next');
  await press('Make my link');
  await expect(page.getByRole('heading', { name: 'Your link is ready' })).toBeVisible({ timeout: 20_000 });
  expect(Date.now() - startedAt).toBeLessThan(120_000);
  await expect(page.frameLocator('iframe').locator('[data-slot]').first()).toBeVisible();
});
