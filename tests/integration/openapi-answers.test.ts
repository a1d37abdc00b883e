import { afterAll, beforeAll, expect, it } from 'vitest';
import { findContradictions, schemathesis } from '#tests/conformance/schemathesis/schemathesis.ts';
import { bookingToSign } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import type { RouteName } from '#contract/routes.ts';
import { startProduct, type Product } from '#tests/product.ts';

const tool = await schemathesis();
let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** They end the session or change what it may do, after which every answer would be 401 or 403; a file cannot be made from a schema. */
const leftOut: RouteName[] = [
  'logOut',
  'logIn',
  'revokeOtherSessions',
  'revokeSession',
  'changePassword',
  'verifyFile',
];

it.skipIf('absent' in tool)(
  'no request made from /openapi.json gets a server error, or an answer that the document does not allow',
  { timeout: 900_000 },
  async () => {
    if ('absent' in tool) throw new Error(tool.absent);
    const host = await buildHost(product);
    const type = await buildMeetingType(product, host, { nda: true });
    const { token } = await bookingToSign(product, host, type);
    const asked = { baseUrl: product.baseUrl, without: leftOut, examplesPerOperation: 4 };
    const asHost = { Cookie: host.cookie, 'X-CSRF-Token': host.csrf };
    expect(
      await findContradictions(tool.program, { ...asked, headers: asHost, paths: '^/(?!health|my-booking)' }),
    ).toBe('');
    const asGuest = { Authorization: `Bearer ${token}` };
    expect(await findContradictions(tool.program, { ...asked, headers: asGuest, paths: '^/my-booking' })).toBe('');
  },
);
