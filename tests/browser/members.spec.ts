import { randomUUID } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

test('somebody is invited, joins with a new account, gets another role, and is on record', async ({ browser }) => {
  const owner = await newHost('Olive Owner');
  const office = await browser.newContext();
  await owner.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard/members`);
  const email = `nora-${randomUUID().slice(0, 8)}@example.org`;
  await desk.getByLabel('E-mail').fill(email);
  await desk.getByLabel('Role', { exact: true }).selectOption('ADMIN');
  await desk.getByRole('button', { name: 'Send the invitation' }).click();
  await expect(desk.getByText(`The invitation to ${email} is on its way.`)).toBeVisible();
  await expect(desk.getByRole('button', { name: `Withdraw ${email}` })).toBeVisible();

  const guest = await (await browser.newContext()).newPage();
  let link: string | null = null;
  await expect(async () => {
    await guest.goto(`${base}/mailbox`);
    const row = guest.getByRole('listitem').filter({ hasText: email });
    await row.getByRole('link').first().click({ timeout: 2_000 });
    link = await guest
      .frameLocator('iframe')
      .getByRole('link', { name: 'See the invitation' })
      .getAttribute('href', { timeout: 2_000 });
    expect(link).not.toBeNull();
  }).toPass({ timeout: 60_000 });
  await guest.goto(link ?? '');
  await expect(guest.getByRole('heading', { name: 'Join Test Organization' })).toBeVisible();
  await guest.getByLabel('Your name').fill('Nora New');
  await guest.getByLabel('Password').fill('a long enough secret phrase');
  await guest.getByRole('button', { name: 'Create an account and join' }).click();
  await expect(guest.getByRole('heading', { name: 'When can people meet you?' })).toBeVisible({ timeout: 15_000 });

  await desk.reload();
  await desk.getByLabel('Role of Nora New').selectOption('MEMBER');
  await desk.getByRole('dialog').getByRole('button', { name: 'Change the role' }).click();
  await expect(desk.getByText('The role of Nora New is changed.')).toBeVisible();
  await guest.goto(`${base}/dashboard`);
  await expect(guest).toHaveURL(/\/log-in/);
  await desk.goto(`${base}/dashboard/audit?about=people`);
  await expect(desk.getByRole('row', { name: /Role changed.*Olive Owner/ })).toBeVisible();
  await expect(desk.getByRole('row', { name: /Invitation accepted.*Nora New/ })).toBeVisible();
  await office.close();
});
