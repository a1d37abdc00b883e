import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Me } from '#contract/accounts.ts';
import type { BookingList as BookingListSchema } from '#contract/bookings.ts';
import type { BookingPageOpening, Slots } from '#contract/public-pages.ts';
import { ensureWebBuilt } from '#runtime/web-build.ts';
import { buildHost, buildMeetingType, send, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

type BookingList = z.infer<typeof BookingListSchema>;
let product: Product;
let host: TestHost;
beforeAll(async () => {
  await ensureWebBuilt();
  product = await startProduct({ startWorker: false });
  host = await buildHost(product, { name: 'Ada </script> "Host"' });
});
afterAll(() => product.stop());

type Opened = { status: number; html: string; headers: Headers };

async function open(path: string, headers: Record<string, string> = {}): Promise<Opened> {
  const response = await fetch(`${product.baseUrl}${path}`, { headers: { accept: 'text/html', ...headers } });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

function carried<T>(html: string, id: string): T | null {
  const start = `<script type="application/json" id="${id.replaceAll('&', '&amp;')}">`;
  const [, json] = html.split(start);
  return json === undefined ? null : (JSON.parse(json.slice(0, json.indexOf('</script>'))) as T);
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

  it.each(['/no-such-host', '/no-such-host/intro', '/dashboard/no-such-page', '/a/b/c', '/%E0%A4%A', '/x/%ff'])(
    'of which there is none is a page that says so, and answers 404: %s',
    async (path) => {
      const { status, html } = await open(path);
      expect(status).toBe(404);
      expect(html).toContain('<div id="app">');
    },
  );

  it.each(['/', '/log-in', '/my-booking', '/dashboard'])('answers 200 where there is one: %s', async (path) => {
    expect((await open(path)).status).toBe(200);
  });

  it('of a host who is there answers 200', async () => {
    expect((await open(`/${host.slug}`)).status).toBe(200);
  });

  it('comes without data when there is no such page, and tells so itself', async () => {
    const { status, html, headers } = await open(`/${host.slug}/no-such-meeting`);
    expect(status).toBe(404);
    expect(carried(html, 'opening')).toBeNull();
    expect(html).toContain('<div id="app">');
    expect(headers.get('cache-control')).toBe('no-cache');
  });
});

describe('a page of the dashboard', () => {
  it('knows who is logged in, and nothing otherwise', async () => {
    const { html } = await open('/dashboard/availability', { cookie: host.cookie });
    expect(carried<Me>(html, '/me')?.email).toBe(host.email);
    expect(carried((await open('/dashboard/availability')).html, '/me')).toBeNull();
  });

  it('brings the answers that its first page asks for, the same as the API gives', async () => {
    const { html } = await open('/dashboard?view=past&q=Ada', { cookie: host.cookie });
    const list = carried<BookingList>(html, '/bookings?view=past&q=Ada&limit=25');
    const asked = await send<BookingList>(product, 'GET', '/bookings?view=past&q=Ada&limit=25', {
      cookie: host.cookie,
    });
    // Facts of others move the stream's position on between the two.
    expect(list).toEqual({ ...asked.body, serverTime: list?.serverTime, position: list?.position });
    expect(list?.position).toBeLessThanOrEqual(asked.body.position);
    const types = await send(product, 'GET', '/meeting-types', { cookie: host.cookie });
    expect(carried(html, '/meeting-types')).toEqual(types.body);
    expect(carried(html, '/booking-totals')).not.toBeNull();
    expect(carried(html, '/members')).not.toBeNull();
  });

  it('brings nothing that its reader may not ask for, and nothing to nobody', async () => {
    const wrong = await open('/dashboard?type=not-an-id', { cookie: host.cookie });
    expect(wrong.html).not.toContain('"/bookings?');
    expect(carried<Me>(wrong.html, '/me')?.email).toBe(host.email);
    expect((await open('/dashboard')).html).not.toContain('application/json');
  });

  it('names the files that it needs in its head', async () => {
    const { html } = await open('/dashboard');
    const named = [...html.matchAll(/modulepreload" crossorigin href="([^"]+)"/g)].map(([, href = '']) => href);
    expect(named.some((href) => href.includes('BookingsView'))).toBe(true);
    const answers = await Promise.all(named.map((href) => fetch(product.baseUrl + href)));
    expect(answers.map(({ status }) => status)).toEqual(named.map(() => 200));
  });
});

it('the only script in a page is the one that its policy names', async () => {
  const { html, headers } = await open('/log-in');
  const inline = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = '']) => text);
  const allowed = inline.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  expect(allowed).toHaveLength(1);
  expect(headers.get('content-security-policy')).toContain(`script-src 'self' ${allowed.join(' ')};`);
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
