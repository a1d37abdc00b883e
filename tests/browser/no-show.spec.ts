import { expect, test } from '@playwright/test';
import { sql } from 'slonik';
import { openDatabase } from '#db/pool.ts';
import { freeSlots, hold, openLaterDay } from './guest.ts';
import { newHost } from './host.ts';
import { systemUnderTest } from './system.ts';

const { base, databaseUrl } = systemUnderTest();

test('a no-show is kept at once and taken back by one key', async ({ browser }) => {
  const host = await newHost('No Show Host');
  const type = await host.meetingType();
  const guest = await browser.newPage();
  await guest.goto(`${base}${type.path}`);
  await openLaterDay(guest);
  await hold(guest, (await freeSlots(guest))[0] ?? '', 'Mabel Missing');
  await guest.close();
  const { id } = await host.newestBooking();
  await hadBegun(id);

  const office = await browser.newContext();
  await host.enter(office);
  const desk = await office.newPage();
  await desk.goto(`${base}/dashboard/bookings/${id}`);
  const actions = desk.getByRole('group', { name: 'Actions' });
  await actions.getByRole('button', { name: 'Did not come' }).focus();
  await desk.keyboard.press('Enter');
  await expect(desk.getByText('Kept as missed.')).toBeVisible();
  await expect(desk.getByText('Missed', { exact: true })).toBeVisible();
  await desk.keyboard.press('Tab');
  await expect(desk.getByRole('button', { name: 'Undo' })).toBeFocused();
  await desk.keyboard.press('Enter');
  await expect(desk.getByText('Taken back: the guest came.')).toBeVisible();
  await expect(desk.getByText('Guest came after all')).toBeVisible();
  await expect(actions.getByRole('button', { name: 'Did not come' })).toBeVisible();
  await office.close();
});

/** As if the meeting had been for an hour ago. */
async function hadBegun(bookingId: string): Promise<void> {
  const database = await openDatabase(databaseUrl);
  await database.transaction(async (tx) => {
    await tx.query(sql.unsafe`
      update booking set starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour' where id = ${bookingId}`);
    await tx.query(sql.unsafe`
      update claim set during = tstzrange(now() - interval '1 hour', now() + interval '1 hour') where booking_id = ${bookingId} and is_live`);
  });
  await database.end();
}
