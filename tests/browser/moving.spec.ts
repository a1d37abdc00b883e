import { expect, test } from '@playwright/test';
import type { NdaTemplate } from '#contract/nda-templates.ts';
import { agreeAndSign, confirmed, freeSlots, hold, liftSheet, openLaterDay, slotButton } from './guest.ts';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

test('a guest moves a meeting whose NDA is signed anew, sees both times meanwhile, and signs for the new one', async ({
  page,
  context,
}) => {
  const host = await newHost('Moving Host');
  await host.enter(context);
  await page.goto(`${base}/dashboard/nda-templates/${host.ndaTemplateId}`);
  await page.getByRole('checkbox', { name: 'Ask for a new signature when the meeting moves' }).check();
  await page.getByRole('button', { name: /^Publish/ }).click();
  const isAskedFor = async () => {
    const template = await host.send<NdaTemplate>('get', `/nda-templates/${host.ndaTemplateId}`);
    return template.current.content.renewOnReschedule;
  };
  await expect.poll(isAskedFor).toBe(true);

  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await hold(page, (await freeSlots(page))[0] ?? '', 'Mona Moving');
  await liftSheet(page);
  await page.getByText('Type', { exact: true }).click();
  await page.getByLabel('Your name, as your signature').fill('Mona Moving');
  await agreeAndSign(page);
  await confirmed(page).toBeVisible({ timeout: 60_000 });

  await page.getByRole('button', { name: 'Move to another time' }).click();
  await expect(page.getByText('You will be asked to sign it for the new time', { exact: false })).toBeVisible();
  const starts = await freeSlots(page);
  await slotButton(page, starts[5] ?? '').click();
  await page
    .getByRole('button', { name: /^Move to/ })
    .last()
    .click();
  await expect(page.getByText('Sign the NDA for the new time', { exact: false })).toBeVisible();
  await expect(page.getByText('Until you sign, your meeting stays at', { exact: false })).toBeVisible();
  const mine = page.url();

  const booking = await host.newestBooking();
  await page.goto(`${base}/dashboard/bookings/${booking.id}`);
  await expect(page.getByText('Waiting for a signature to move to', { exact: false })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Give up the new time' })).toBeVisible();

  await page.goto(mine);
  await page.getByRole('link', { name: 'Read and sign' }).click();
  await liftSheet(page);
  await page.getByText('Type', { exact: true }).click();
  await page.getByLabel('Your name, as your signature').fill('Mona Moving');
  await agreeAndSign(page);
  await expect(page).toHaveURL(/\/my-booking#/, { timeout: 60_000 });
  await confirmed(page).toBeVisible({ timeout: 60_000 });
  expect((await host.newestBooking()).startsAt).toBe(starts[5]);
});
