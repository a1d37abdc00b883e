import { afterAll, beforeAll, describe, it } from 'vitest';
import { lateReads, signWhileReading } from '#tests/late-reads.ts';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

const reads = lateReads();
let product: Product;
beforeAll(async () => {
  product = await startProduct({ wrap: reads.wrap });
});
afterAll(() => product.stop());

describe('a signature that comes while the workflow reads where the booking stands', () => {
  it('is not slept through until the hold ends: the meeting is confirmed at once', async () => {
    const host = await buildHost(product);
    const type = await buildMeetingType(product, host, { nda: true });
    await signWhileReading(product, host, type, reads);
  });
});
