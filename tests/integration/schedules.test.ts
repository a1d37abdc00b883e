import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MeetingType } from '#contract/meeting-types.ts';
import type { Schedule } from '#contract/schedules.ts';
import { asHost } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, findSlot, type TestHost } from '#tests/people.ts';
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
