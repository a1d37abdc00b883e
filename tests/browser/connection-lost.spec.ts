import { expect, test } from '@playwright/test';
import { confirmed, fillDetails, freeSlots, hold, openLaterDay, slotButton } from './guest.ts';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base } = systemUnderTest();

test('a guest whose connection is gone while they type loses nothing, and books when it is back', async ({
  browser,
}) => {
  const host = await newHost('Offline Host');
  const type = await host.meetingType();
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await slotButton(page, (await freeSlots(page))[2] ?? '').click();
  await fillDetails(page, 'Olive Line');
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Confirm the meeting' }).click();
  await expect(
    page
      .getByRole('alert')
      .or(page.getByText('connection', { exact: false }))
      .first(),
  ).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Olive Line');
  await expect(page.getByLabel('E-mail')).toHaveValue('olive@example.net');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Confirm the meeting' }).click();
  await confirmed(page).toBeVisible({ timeout: 20_000 });
  const { items } = await host.send<{ items: unknown[] }>('get', '/bookings?view=all&q=Olive');
  expect(items).toHaveLength(1);
  await context.close();
});

test('a hold that is released while the guest is offline is told when the connection is back', async ({ browser }) => {
  const host = await newHost('Away Host');
  const type = await host.meetingType({ ndaTemplateId: host.ndaTemplateId });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  await slotButton(page, (await freeSlots(page))[0] ?? '').click();
  await fillDetails(page, 'Aga In');
  await page.getByRole('button', { name: 'Hold this time and sign' }).click();
  await expect(page.getByRole('timer')).toBeVisible({ timeout: 20_000 });
  await context.setOffline(true);
  await host.send('post', `/bookings/${(await host.newestBooking()).id}/release`, { reason: '' });
  await context.setOffline(false);
  await expect(page.getByRole('heading', { name: 'The time was let go.' })).toBeVisible({ timeout: 30_000 });
  await context.close();
});

test('a page that the server could not let into its room asks again, and hears what is held from then on', async ({
  browser,
}) => {
  const host = await newHost('Closed Room Host');
  const type = await host.meetingType();
  const page = await browser.newPage();
  let joins = 0;
  await page.routeWebSocket(/\/live\//, (ws) => {
    const server = ws.connectToServer();
    ws.onMessage((message) => {
      // Socket.IO's packet for an event that wants an answer: 42, the answer's number, the event and its arguments.
      const join = /^42(\d+)\["join"/.exec(message.toString());
      if (join !== null) joins += 1;
      if (join === null || joins > 1) server.send(message);
      else ws.send(`43${join[1] ?? ''}[{"outcome":"refused","code":"dependency_unavailable"}]`);
    });
  });
  await page.goto(`${base}${type.path}`);
  await openLaterDay(page);
  const start = (await freeSlots(page))[1] ?? '';
  await expect.poll(() => joins, { timeout: 20_000 }).toBe(2);
  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, start, 'Rae Entry');
  await expect(slotButton(page, start)).toHaveCount(0, { timeout: 20_000 });
  await Promise.all([page.close(), guest.close()]);
});
