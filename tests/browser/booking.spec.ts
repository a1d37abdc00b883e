import { expect, test } from '@playwright/test';
import {
  agreeAndSign,
  confirmed,
  drawSignature,
  fillDetails,
  freeSlots,
  hold,
  liftSheet,
  openLaterDay,
} from './guest.ts';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();
let host: TestHost;
test.beforeAll(async () => {
  host = await newHost();
});

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1240, height: 860 } };
for (const [name, viewport] of Object.entries(sizes)) {
  test(`a guest picks a time, signs and has a confirmed booking, on a ${name}`, async ({ browser }) => {
    const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
    const page = await browser.newPage({ viewport });
    await page.goto(`${base}${type.path}`);
    await openLaterDay(page);
    await hold(page, (await freeSlots(page))[0] ?? '');
    await expect(page.getByRole('timer')).toContainText(/\d+:\d\d left/);
    await liftSheet(page);
    await drawSignature(page);
    await agreeAndSign(page);
    await confirmed(page).toBeVisible({ timeout: 30_000 });
    await expect(page.locator('[data-step=mailed][data-done=true]')).toBeVisible({ timeout: 30_000 });
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Signed agreement (PDF)' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('agreement.pdf');
    await page.goto(`${base}/verify`);
    await page.getByLabel('The PDF').setInputFiles(await file.path());
    await expect(page.getByText('Intact. Nothing was changed since it was sealed.')).toBeVisible();
    await expect(page.getByText('This very file is on record here.')).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await page.close();
  });
}

test('the whole path by keyboard alone', async ({ page }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${base}${type.path}`);
  await freeSlots(page);
  const tabTo = async (name: string | RegExp) => {
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const element = document.activeElement;
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
        return (element?.getAttribute('aria-label') ?? labels[0]?.innerText ?? element?.textContent ?? '').trim();
      });
      if (typeof name === 'string' ? label === name : name.test(label)) return;
    }
    throw new Error(`Tab never reached ${String(name)}`);
  };
  await tabTo(/free$|free, today$/);
  await page.keyboard.press('PageDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('td button:focus')).toHaveAccessibleName(/\d times? free/);
  await page.keyboard.press('Enter');
  await tabTo(/^\d\d:00$/);
  await page.keyboard.press('Enter');
  await tabTo('Name');
  await page.keyboard.type('Kay Board');
  await tabTo('E-mail');
  await page.keyboard.type('kay@example.net');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('article', { name: 'The agreement' })).toBeVisible({ timeout: 20_000 });
  await tabTo('Draw');
  await page.keyboard.press('ArrowRight');
  await tabTo('Your name, as your signature');
  await page.keyboard.type('Kay Board');
  await tabTo(/^I agree to sign/);
  await page.keyboard.press('Space');
  await tabTo('Sign and confirm my booking');
  await page.keyboard.press('Enter');
  await confirmed(page).toBeVisible({ timeout: 30_000 });
});

test('a guest who does not want to sign declines, and the time is free again', async ({ page }) => {
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  const start = (await freeSlots(page))[5] ?? '';
  await hold(page, start);
  await liftSheet(page);
  await page.getByRole('button', { name: 'I don’t want to sign' }).click();
  await page.getByLabel('Why, if you like to say').fill('Needs our lawyer');
  await page.getByRole('button', { name: 'Decline and let the time go' }).click();
  await expect(page.getByRole('heading', { name: 'You did not sign; the time was let go.' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Take the same time again' })).toBeVisible();
  expect((await host.newestBooking()).status).toBe('declined');
});

test('a hold that runs out says so and offers the same time again', async ({ page }) => {
  test.setTimeout(120_000);
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId, holdMinutes: 1 });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  const start = (await freeSlots(page))[6] ?? '';
  await hold(page, start, 'Eve Late');
  await expect(page.getByRole('heading', { name: 'The time to sign has run out' })).toBeVisible({ timeout: 80_000 });
  await page.getByRole('link', { name: 'Take the same time again' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Eve Late');
  await page.getByRole('button', { name: 'Hold this time and sign' }).click();
  await expect(page).toHaveURL(/\/my-booking\/sign#/);
});

test('a guest moves and then cancels a meeting from their own page', async ({ page }) => {
  const type = await host.meetingType();
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[8] ?? '', 'Mo Ver');
  await confirmed(page).toBeVisible();
  await page.getByRole('button', { name: 'Move to another time' }).click();
  const dialog = page.getByRole('dialog', { name: 'Choose another time' });
  await dialog.locator('[data-slot]').nth(11).click();
  await dialog.getByRole('button', { name: /^Move to / }).click();
  await expect(page.getByText('Moved. Both of you get a new invite.')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel the meeting' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the meeting' }).click();
  await expect(page.getByRole('heading', { name: 'This meeting is canceled.' })).toBeVisible();
});

test('the address carries the choice: back, reload and a shared link do what one expects', async ({ page }) => {
  const type = await host.meetingType({ durationsMinutes: [30, 60] });
  await page.goto(`${base}${type.path}?tz=Asia/Tokyo&duration=60&name=Lin&email=lin@example.net`);
  await openLaterDay(page);
  await expect(page.getByRole('button', { name: /Times in Tokyo \(UTC\+9\)/ })).toBeVisible();
  const start = (await freeSlots(page))[3] ?? '';
  await page.locator(`[data-slot="${start}"]`).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Lin');
  await page.reload();
  await expect(page.getByLabel('E-mail')).toHaveValue('lin@example.net');
  await page.goBack();
  await expect(page.locator(`[data-slot="${start}"]`)).toBeVisible();
  await page.goForward();
  await fillDetails(page, 'Lin Four');
  await page.getByRole('button', { name: 'Confirm the meeting' }).click();
  await confirmed(page).toBeVisible();
});

test('a request whose answer was lost is sent again with the same key and gives one booking', async ({ page }) => {
  const type = await host.meetingType();
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  const keys: (string | undefined)[] = [];
  await page.route('**/api/v1/bookings', async (route) => {
    keys.push(route.request().headers()['idempotency-key']);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort('connectionreset');
  });
  await hold(page, (await freeSlots(page))[9] ?? '', 'Once Only');
  await confirmed(page).toBeVisible();
  expect(keys).toHaveLength(2);
  expect(new Set(keys).size).toBe(1);
  const { items } = await host.send<{ items: unknown[] }>('get', '/bookings?view=all&q=Once');
  expect(items).toHaveLength(1);
});
