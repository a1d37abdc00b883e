import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookingTotals, Insights } from '#contract/insights.ts';
import { ensureWebBuilt } from '#runtime/web-build.ts';
import { asHost, bookingToSign, confirmedBooking } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, eventually, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  await ensureWebBuilt();
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

const today = () => new Date().toISOString().slice(0, 10);
const person = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

async function insightsOf(query: Record<string, string> = {}, of = host): Promise<Insights> {
  const range = new URLSearchParams({ from: today(), to: today(), ...query });
  const { status, body } = await asHost<Insights>(product, of, `/insights?${range.toString()}`, undefined, 'GET');
  expect(status).toBe(200);
  return body;
}

const openPage = (type: TestType, headers: Record<string, string>) =>
  fetch(`${product.baseUrl}/${host.slug}/${type.slug}`, { headers: { accept: 'text/html', ...headers } });

describe('insights', () => {
  it('count people who open a booking page, and neither crawlers nor pages fetched ahead', async () => {
    const type = await buildMeetingType(product, host);
    await openPage(type, { 'user-agent': 'Googlebot/2.1' });
    await openPage(type, { 'user-agent': person, 'sec-purpose': 'prefetch' });
    await openPage(type, { 'user-agent': person });
    await openPage(type, { 'user-agent': person });
    const found = await eventually(
      () => insightsOf({ meetingTypeId: type.id }),
      ({ days }) => (days[0]?.views ?? 0) > 0,
    );
    expect(found.days).toMatchObject([{ date: today(), views: 2, held: 0 }]);
  });

  it('follow bookings from the hold to the signature and say how long signing took', async () => {
    const type = await buildMeetingType(product, host, { ndaTemplateId: host.ndaTemplateId });
    await confirmedBooking(product, host, type);
    await bookingToSign(product, host, type);
    const { days, timeToSign } = await insightsOf({ meetingTypeId: type.id });
    expect(days).toMatchObject([{ held: 2, toSign: 2, signed: 1, confirmed: 1, noShow: 0 }]);
    expect(timeToSign.signed).toBe(1);
    expect(timeToSign.medianSeconds).toBeGreaterThan(0);
    expect(timeToSign.spread.map(({ count }) => count).reduce((sum, count) => sum + count)).toBe(1);
  });

  it('put a booking under the day that it is for the host', async () => {
    const [far, type] = await Promise.all([buildHost(product), buildMeetingType(product, host)]);
    await confirmedBooking(product, host, type);
    await product.shared.database.query(
      sql.unsafe`update host set time_zone = 'Pacific/Kiritimati' where id = ${host.hostId}`,
    );
    await product.shared.database.query(
      sql.unsafe`update booking set created_at = '2026-03-01T10:30:00Z' where meeting_type_id = ${type.id}`,
    );
    const { days } = await insightsOf({ from: '2026-03-01', to: '2026-03-02', meetingTypeId: type.id });
    expect(days.map(({ date, held }) => [date, held])).toEqual([
      ['2026-03-01', 0],
      ['2026-03-02', 1],
    ]);
    await product.shared.database.query(sql.unsafe`update host set time_zone = 'UTC' where id = ${host.hostId}`);
    const elsewhere = await insightsOf({ from: '2026-03-01', to: '2026-03-02', meetingTypeId: type.id }, far);
    expect(elsewhere.days.every(({ held, views }) => held === 0 && views === 0)).toBe(true);
  });

  it('refuse a range of more than a year', async () => {
    const path = '/insights?from=2026-01-01&to=2027-02-01';
    expect(await asHost(product, host, path, undefined, 'GET')).toMatchObject({ body: { code: 'range_too_long' } });
  });
});

it('totals count all bookings of the organization, however many fit on a page', async () => {
  const counted = await buildHost(product);
  const type = await buildMeetingType(product, counted, { ndaTemplateId: counted.ndaTemplateId });
  await confirmedBooking(product, counted, type);
  await bookingToSign(product, counted, type);
  const { body } = await asHost<BookingTotals>(product, counted, '/booking-totals', undefined, 'GET');
  expect(body).toMatchObject({ upcoming: 2, waiting: 1, attention: 0 });
});
