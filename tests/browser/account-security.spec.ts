import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { Secret, TOTP } from 'otpauth';
import { newHost, type TestHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

/** A code counts once: each use takes another of the steps that count. */
const codeOf = (secret: string, steps: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });

async function typePassword(page: Page, host: TestHost): Promise<void> {
  await page.goto(`${base}/log-in`);
  await page.getByLabel('E-mail').fill(host.email);
  await page.getByLabel('Password', { exact: true }).fill(host.password);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
}

async function expectAccessible(page: Page): Promise<void> {
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
}

test('a host turns two-factor on, logs in with a code and with a recovery code, and turns it off', async ({ page }) => {
  const host = await newHost('Two Steps');
  await typePassword(page, host);
  await expect(page.getByRole('heading', { name: 'Bookings' })).toBeVisible();
  await page.goto(`${base}/dashboard/account`);
  await page.getByRole('button', { name: 'Turn on two-factor' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password').fill(host.password);
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByRole('img', { name: 'QR code for the authenticator app' })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByText('It cannot be scanned?').click();
  const secret = ((await dialog.locator('details code').textContent()) ?? '').replaceAll(' ', '');
  await dialog.getByLabel('Code of the app').fill(codeOf(secret, -1));
  await dialog.getByRole('button', { name: 'Turn on two-factor' }).click();
  const codes = page.getByRole('listitem').filter({ has: page.locator('code') });
  await expect(codes).toHaveCount(10);
  const recoveryCode = (await codes.first().textContent()) ?? '';
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText('10 recovery codes are left.')).toBeVisible();

  await page.getByRole('button', { name: 'Log out', exact: true }).first().click();
  await typePassword(page, host);
  await page.getByLabel('Code of the app').fill('000000');
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByText('This code is not right, or was used already.')).toBeVisible();
  await page.getByLabel('Code of the app').fill(codeOf(secret, 0));
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Bookings' })).toBeVisible();

  await page.context().clearCookies();
  await typePassword(page, host);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await expectAccessible(page);
  await page.getByLabel('Recovery code').fill(recoveryCode);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Bookings' })).toBeVisible();

  await page.goto(`${base}/dashboard/account`);
  await expect(page.getByText('9 recovery codes are left.')).toBeVisible();
  await page.getByRole('button', { name: 'Turn off' }).click();
  await dialog.getByLabel('Password').fill(host.password);
  await dialog.getByLabel('Code').fill(codeOf(secret, 1));
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByRole('button', { name: 'Turn on two-factor' })).toBeVisible();
});

test('a host makes an API key, uses it, and revokes it', async ({ page, request }) => {
  const host = await newHost('Key Host');
  await host.enter(page.context());
  await page.goto(`${base}/dashboard/account`);
  await page.getByRole('link', { name: 'Manage API keys' }).click();
  await expect(page.getByText('No keys yet.')).toBeVisible();
  await page.getByLabel('Name').fill('Reports');
  await page.getByRole('button', { name: 'Create the key' }).click();
  await expect(page.getByText('Choose at least one thing that it may do.')).toBeVisible();
  await page.getByLabel('See bookings and their documents').check();
  await page.getByRole('button', { name: 'Create the key' }).click();
  const token = (await page.getByRole('status').locator('code').textContent()) ?? '';
  await expectAccessible(page);
  const headers = { authorization: `Bearer ${token}` };
  expect((await request.get(`${base}/api/v1/bookings`, { headers })).status()).toBe(200);
  expect((await request.get(`${base}/api/v1/schedules`, { headers })).status()).toBe(403);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('button', { name: 'Revoke Reports' }).click();
  const revoke = page.getByRole('dialog').getByRole('button', { name: 'Revoke' });
  await page.route('**/api/v1/api-keys/*', (route) => route.abort());
  await revoke.click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('No connection.');
  await page.unroute('**/api/v1/api-keys/*');
  await revoke.click();
  await expect(page.getByText('No keys yet.')).toBeVisible();
  expect((await request.get(`${base}/api/v1/bookings`, { headers })).status()).toBe(401);
});
