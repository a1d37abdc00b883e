import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Me } from '#contract/accounts.ts';
import type { BookingPageOpening, Slots } from '#contract/public-pages.ts';
import { ensureWebBuilt } from '#runtime/web-build.ts';
import { buildHost, buildMeetingType, send, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
beforeAll(async () => {
  await ensureWebBuilt();
  product = await startProduct({ startWorker: false });
  host = await buildHost(product, { name: 'Ada </script> "Host"' });
});
afterAll(() => product.stop());

async function open(path: string, headers: Record<string, string> = {}): Promise<{ html: string; headers: Headers }> {
  const response = await fetch(`${product.baseUrl}${path}`, { headers: { accept: 'text/html', ...headers } });
  return { html: await response.text(), headers: response.headers };
}

function carried<T>(html: string, id: string): T | null {
  const [, json] = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`).exec(html) ?? [];
  return json === undefined ? null : (JSON.parse(json) as T);
}

describe('a booking page', () => {
  it('comes with what it would ask for first: the meeting and the month’s times', async () => {
    const type = await buildMeetingType(product, host);
    const { html, headers } = await open(`/${host.slug}/${type.slug}?month=2027-02`);
    const opening = carried<BookingPageOpening>(html, 'opening');
    expect(opening?.page.meetingType.id).toBe(type.id);
    expect(opening?.page.host.displayName).toBe('Ada </script> "Host"');
    const range = new URLSearchParams({ from: '2027-01-31T00:00:00.000Z', to: '2027-03-02T00:00:00.000Z' });
    const asked = await send<Slots>(product, 'GET', `/pages/${host.slug}/${type.slug}/slots?${range.toString()}`);
    expect(opening?.slots.days).toEqual(asked.body.days);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('says in its head what it is, as text', async () => {
    const type = await buildMeetingType(product, host);
    const { html } = await open(`/${host.slug}/${type.slug}`);
    expect(html).toMatch(/<title>[^<]*Ada &lt;\/script&gt; &quot;Host&quot;<\/title>/);
    expect(html).toContain('og:title');
  });

  it('comes without data when there is no such page, and tells so itself', async () => {
    const { html, headers } = await open(`/${host.slug}/no-such-meeting`);
    expect(carried(html, 'opening')).toBeNull();
    expect(html).toContain('<div id="app">');
    expect(headers.get('cache-control')).toBe('no-cache');
  });
});

describe('a page of the dashboard', () => {
  it('knows who is logged in, and nothing otherwise', async () => {
    const { html } = await open('/dashboard/availability', { cookie: host.cookie });
    expect(carried<Me>(html, 'me')?.email).toBe(host.email);
    expect(carried((await open('/dashboard/availability')).html, 'me')).toBeNull();
  });

  it('names the files that it needs in its head', async () => {
    const { html } = await open('/dashboard');
    const named = [...html.matchAll(/modulepreload" crossorigin href="([^"]+)"/g)].map(([, href = '']) => href);
    expect(named.some((href) => href.includes('BookingsView'))).toBe(true);
    const answers = await Promise.all(named.map((href) => fetch(product.baseUrl + href)));
    expect(answers.map(({ status }) => status)).toEqual(named.map(() => 200));
  });
});

it('scripts leave as small as the build has squeezed them, and whole where that is not understood', async () => {
  const { html } = await open('/');
  const [, script = ''] = /src="(\/assets\/[^"]+\.js)"/.exec(html) ?? [];
  const squeezed = await fetch(product.baseUrl + script, { headers: { 'accept-encoding': 'br' } });
  expect(squeezed.headers.get('content-encoding')).toBe('br');
  expect(squeezed.headers.get('content-type')).toContain('javascript');
  const plain = await fetch(product.baseUrl + script, { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
  expect(await squeezed.text()).toBe(await plain.text());
});
