import { randomUUID } from 'node:crypto';
import { expect, test, type Page } from '@playwright/test';
import { freeSlots, openLaterDay } from './guest.ts';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

/** The link in the mail, as the mailbox shows it. */
async function invitationTo(email: string, page: Page): Promise<string> {
  let link: string | null = null;
  await expect(async () => {
    await page.goto(`${base}/mailbox`);
    const row = page.getByRole('listitem').filter({ hasText: email });
    await row.getByRole('link').first().click({ timeout: 2_000 });
    link = await page
      .frameLocator('iframe')
      .getByRole('link', { name: 'See the invitation' })
      .getAttribute('href', { timeout: 2_000 });
    expect(link).not.toBeNull();
  }).toPass({ timeout: 60_000 });
  return link ?? '';
}

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
  await guest.goto(await invitationTo(email, guest));
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
  await guest.getByLabel('E-mail').fill(email);
  await guest.getByLabel('Password').fill('a long enough secret phrase');
  await guest.getByRole('button', { name: 'Log in' }).click();
  await guest.getByRole('link', { name: 'NDA templates' }).click();
  await expect(guest.getByText('Owners and admins write the templates')).toBeVisible();
  await expect(guest.getByRole('link', { name: 'New template' })).toHaveCount(0);
  await guest.goto(`${base}/dashboard/nda-templates/${owner.ndaTemplateId}`);
  await expect(guest.getByRole('heading', { name: 'Preview with sample data' })).toBeVisible();
  await expect(guest.getByRole('button', { name: 'Publish a new version' })).toHaveCount(0);
  await desk.goto(`${base}/dashboard/audit?about=people`);
  await expect(desk.getByRole('row', { name: /Role changed.*Olive Owner/ })).toBeVisible();
  await expect(desk.getByRole('row', { name: /Invitation accepted.*Nora New/ })).toBeVisible();
  await office.close();
});

test('a member who was invited is led from the invitation to a link with the organization’s agreement', async ({
  browser,
}) => {
  const owner = await newHost('Olga Owner');
  const email = `milo-${randomUUID().slice(0, 8)}@example.org`;
  await owner.send('post', '/invitations', { email, role: 'MEMBER' });
  const page = await (await browser.newContext()).newPage();
  await page.goto(await invitationTo(email, page));
  await page.getByLabel('Your name').fill('Milo Member');
  await page.getByLabel('Password').fill('a long enough secret phrase');
  await page.getByRole('button', { name: 'Create an account and join' }).click();

  await expect(page.getByRole('heading', { name: 'When can people meet you?' })).toBeVisible();
  for (const beyond of ['Audit log', 'Privacy']) await expect(page.getByRole('link', { name: beyond })).toHaveCount(0);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'What can be booked?' })).toBeVisible();
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(page.getByText('Your organization’s agreement:')).toBeVisible();
  await page.getByRole('button', { name: 'Make my link' }).click();
  await expect(page.getByRole('heading', { name: 'Your link is ready' })).toBeVisible();
  const address = page.getByRole('link', { name: /^Introductory meeting: / });

  const guest = await (await browser.newContext()).newPage();
  await guest.goto((await address.getAttribute('href')) ?? '');
  await openLaterDay(guest);
  expect(await freeSlots(guest)).not.toHaveLength(0);
  await expect(guest.getByText('Milo Member')).toBeVisible();
  await expect(guest.getByRole('button', { name: 'Read it' })).toBeVisible();

  await page.goto(`${base}/dashboard`);
  await expect(page.getByText('No meetings ahead.')).toBeVisible();
  await expect(page.getByLabel('Whose')).toHaveCount(0);
  await Promise.all([page.context().close(), guest.context().close()]);
});
