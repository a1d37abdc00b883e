import { sql } from 'slonik';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { MeetingTypeInput, type MeetingType } from '#contract/meeting-types.ts';
import type { Schedule } from '#contract/schedules.ts';
import { deleteSchedule } from '#db/queries/schedules.ts';
import { asHost } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, eventually, findSlot, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { goodSchedule } from '#tests/requests.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

const addSchedule = async (name: string) =>
  (await asHost<Schedule>(product, host, '/schedules', goodSchedule(name))).body;
const remove = (id: string) => asHost<{ code: string }>(product, host, `/schedules/${id}`, undefined, 'DELETE');
const schedules = async () =>
  (await asHost<{ items: Schedule[] }>(product, host, '/schedules', undefined, 'GET')).body.items;

it('a schedule that is deleted is gone, and its meeting types go by the default one', async () => {
  const closed = await addSchedule('Never');
  const type = await buildMeetingType(product, host, { scheduleId: closed.id });
  expect((await remove(closed.id)).status).toBe(204);
  expect((await schedules()).map(({ id }) => id)).not.toContain(closed.id);
  const { body } = await asHost<MeetingType>(product, host, `/meeting-types/${type.id}`, undefined, 'GET');
  expect(body.scheduleId).toBeNull();
  await expect(findSlot(product, host, type)).resolves.toBeTruthy();
  expect((await remove(closed.id)).status).toBe(404);
});

it.each(['created', 'changed'])(
  'a meeting type that is %s while its schedule is deleted hears that there is no such one',
  async (how) => {
    const going = await addSchedule('Going');
    const type = await buildMeetingType(product, host);
    const { database } = product.shared;
    const read = await asHost<MeetingType>(product, host, `/meeting-types/${type.id}`, undefined, 'GET');
    const input = { ...MeetingTypeInput.parse(read.body), scheduleId: going.id };
    const answer = await database.transaction(async (tx) => {
      expect(await deleteSchedule(tx, host.hostId, going.id)).toBe(true);
      const asked =
        how === 'changed'
          ? asHost(product, host, `/meeting-types/${type.id}`, input, 'PUT')
          : asHost(product, host, '/meeting-types', { ...input, slug: `${input.slug}-again` });
      const waiting = sql.type(z.object({ count: z.number() }))`
      select count(*)::int as count from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
      await eventually(
        () => tx.oneFirst(waiting),
        (count) => count > 0,
      );
      // Not awaited here: it waits for this transaction's end.
      return { asked };
    });
    expect(await answer.asked).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'scheduleId', code: 'not_found' }] },
    });
  },
);

it('the default schedule stays until another one is the default', async () => {
  const [first] = await schedules();
  const second = await addSchedule('Second');
  expect(await remove(first?.id ?? '')).toMatchObject({ status: 409, body: { code: 'schedule_is_default' } });
  await asHost(product, host, `/schedules/${second.id}`, { ...goodSchedule('Second'), isDefault: true }, 'PUT');
  expect((await remove(first?.id ?? '')).status).toBe(204);
  expect(await schedules()).toMatchObject([{ id: second.id, isDefault: true }]);
});

it('windows that begin together are one, as long as the longest', async () => {
  const { rules, ...rest } = goodSchedule('Twice');
  const mon = [
    ['09:00', '12:00'],
    ['09:00', '17:00'],
    ['13:00', '14:00'],
  ];
  const weekly = { ...rules.weekly, mon };
  const added = await asHost<Schedule>(product, host, '/schedules', { ...rest, rules: { ...rules, weekly } });
  expect(added).toMatchObject({ status: 201 });
  expect(added.body.rules.weekly.mon).toEqual([
    ['09:00', '17:00'],
    ['13:00', '14:00'],
  ]);
});

it('closures that overlap are refused by their field', async () => {
  const { rules, ...rest } = goodSchedule('Closed twice');
  const blackouts = [
    { from: '2026-12-24', to: '2026-12-31' },
    { from: '2026-12-31', to: '2027-01-02' },
  ];
  const refused = await asHost(product, host, '/schedules', { ...rest, rules: { ...rules, blackouts } });
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'validation_failed', errors: [{ field: 'rules.blackouts.1', code: 'blackouts_overlap' }] },
  });
});
