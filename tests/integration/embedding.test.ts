import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureWebBuilt } from '#runtime/web-build.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
beforeAll(async () => {
  await ensureWebBuilt();
  product = await startProduct({ startWorker: false });
});
afterAll(() => product.stop());

const policyOf = async (path: string): Promise<{ frames: string | undefined; legacy: string | null }> => {
  const { headers } = await fetch(`${product.baseUrl}${path}`, { headers: { accept: 'text/html' } });
  const frames = /frame-ancestors ([^;]*)/.exec(headers.get('content-security-policy') ?? '')?.[1];
  return { frames, legacy: headers.get('x-frame-options') };
};

describe('pages in other sites’ frames', () => {
  it.each(['/', '/dashboard', '/dashboard/bookings', '/log-in', '/reset-password', '/verify', '/api/v1/me', '/docs/'])(
    'are never those of hosts: %s',
    async (path) => {
      const { frames } = await policyOf(path);
      expect(frames).not.toBe('*');
    },
  );

  it.each(['/demo', '/demo/intro', '/my-booking', '/my-booking/sign'])('can be those of guests: %s', async (path) => {
    const { frames, legacy } = await policyOf(path);
    expect({ frames, legacy }).toEqual({ frames: '*', legacy: null });
  });
});
