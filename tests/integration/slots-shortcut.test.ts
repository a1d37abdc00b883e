import { request, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Slots } from '#contract/public-pages.ts';
import { buildHost, buildMeetingType, eventually, findSlot, holdSlot, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

/** Watched, not replaced: what arrives there was not answered before it. */
const expressApp = vi.spyOn(express.application as unknown as { handle(...parts: unknown[]): unknown }, 'handle');

let product: Product;
let host: TestHost;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
});
afterAll(() => product.stop());

type Asked = { method?: string; headers?: Record<string, string>; body?: string };
type Answered = { status: number; headers: IncomingHttpHeaders; bytes: Buffer; wasInExpress: boolean };

/** As it is on the wire: nothing asked for or unzipped by itself. */
async function ask(url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
  const before = expressApp.mock.calls.length;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        const wasInExpress = expressApp.mock.calls.length > before;
        resolve({ status, headers, bytes: Buffer.concat(parts), wasInExpress });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const dayMs = 86_400_000;
const from = (Math.floor(Date.now() / dayMs) + 2) * dayMs;
async function slotsUrl(of: Product = product, whose: TestHost = host): Promise<string> {
  const type = await buildMeetingType(of, whose);
  const days = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(from + 4 * dayMs).toISOString(),
  });
  return `${of.baseUrl}/api/v1/pages/${whose.slug}/${type.slug}/slots?${days.toString()}`;
}

/** Asked in this way until Express is not needed for it. */
const untilShort = (url: string, asked: Asked = {}): Promise<Answered> =>
  eventually(
    () => ask(url, asked),
    ({ wasInExpress }) => !wasInExpress,
  );

const read = ({ bytes }: Pick<Answered, 'bytes'>): Slots => Slots.parse(JSON.parse(bytes.toString()));
/** Of the headers, what is not about this moment. */
const lasting = ({ date: _date, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders => headers;

describe('free slots that were asked for before', () => {
  it.each([
    ['plain', {}, (bytes: Buffer) => bytes],
    ['plain for who wants no other', { 'accept-encoding': 'identity' }, (bytes: Buffer) => bytes],
    ['zipped', { 'accept-encoding': 'gzip, deflate, br' }, (bytes: Buffer) => gunzipSync(bytes)],
  ])('are answered without Express as Express answers them: %s', async (_name, headers, open) => {
    const url = await slotsUrl();
    const first = await ask(url, { headers });
    expect(first.wasInExpress).toBe(true);
    const short = await untilShort(url, { headers });
    expect(short.status).toBe(first.status);
    const expected = lasting(first.headers);
    expect(lasting(short.headers)).toEqual({ ...expected, 'content-length': String(short.bytes.length) });
    expect(expected).toHaveProperty('content-security-policy');
    const [a, b] = [read({ bytes: open(first.bytes) }), read({ bytes: open(short.bytes) })];
    expect({ ...b, position: 0, serverTime: '' }).toEqual({ ...a, position: 0, serverTime: '' });
    expect(Date.parse(b.serverTime)).toBeGreaterThan(Date.parse(a.serverTime));
  });

  it('are computed anew after a change, with a position that is not behind it', async () => {
    const type = await buildMeetingType(product, host);
    const start = await findSlot(product, host, type, 3);
    const days = new URLSearchParams({ from: start, to: new Date(Date.parse(start) + dayMs).toISOString() });
    const url = `${product.baseUrl}/api/v1/pages/${host.slug}/${type.slug}/slots?${days.toString()}`;
    const before = read(await untilShort(url));
    expect(before.days.flatMap(({ slots }) => slots)).toContain(start);
    expect((await holdSlot(product, type, start)).status).toBe(201);
    const after = await eventually(
      async () => read(await ask(url)),
      ({ days }) => !days.some(({ slots }) => slots.includes(start)),
    );
    const short = await eventually(
      () => untilShort(url),
      (answer) => read(answer).position > before.position,
    );
    expect(read(short).days).toEqual(after.days);
  });

  it('are counted among the requests like any other', async () => {
    const url = await slotsUrl();
    await untilShort(url);
    const count = async (): Promise<number> => {
      const text = await product.shared.metrics.registry.metrics();
      return Number(/_request_duration_seconds_count\{route="slots",status="200"\} (\d+)/.exec(text)?.[1]);
    };
    const before = await count();
    for (let index = 0; index < 10; index += 1) expect((await ask(url)).wasInExpress).toBe(false);
    expect(await count()).toBe(before + 10);
  });
});

describe('a request that is not quite the same', () => {
  it.each<[string, Asked, number]>([
    ['only asks for the head', { method: 'HEAD' }, 200],
    ['uses another method', { method: 'DELETE' }, 405],
    ['has a body', { headers: { 'content-type': 'application/json', 'content-length': '1' }, body: '{' }, 400],
    ['says how long its body is', { headers: { 'content-length': '0' } }, 200],
    ['is part of a trace', { headers: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } }, 200],
    ['wants another encoding', { headers: { 'accept-encoding': 'br' } }, 200],
  ])('goes to Express every time, when it %s', async (_name, asked, status) => {
    const url = await slotsUrl();
    await untilShort(url);
    for (const _time of ['first', 'second', 'third']) {
      const answer = await ask(url, asked);
      expect({ status: answer.status, wasInExpress: answer.wasInExpress }).toEqual({ status, wasInExpress: true });
      if (answer.headers['content-encoding'] === 'br') read({ bytes: brotliDecompressSync(answer.bytes) });
    }
  });

  it('is parsed for itself: another address, a longer range, twice the same word', async () => {
    const url = await slotsUrl();
    await untilShort(url);
    const far = new Date(from + 400 * dayMs).toISOString();
    for (const [other, status] of [
      [url.replace('/slots', '/Slots'), 200],
      [`${url}&from=${new Date(from).toISOString()}`, 400],
      [url.replace(/to=[^&]+/, `to=${far}`), 400],
      [url.replace(`/${host.slug}/`, '/%zz/'), 404],
      [`${url}&durationMinutes=7`, 400],
    ] as const) {
      const first = await ask(other);
      expect({ other, status: first.status, wasInExpress: first.wasInExpress }).toEqual({
        other,
        status,
        wasInExpress: true,
      });
      if (status !== 200) expect((await ask(other)).wasInExpress).toBe(true);
    }
  });
});

describe('the limit of reads', () => {
  it('counts both ways together, for each address behind the trusted proxy by itself', async () => {
    const limited = await startProduct({
      startWorker: false,
      env: { TRUSTED_PROXIES: '1' },
      limits: { readsPerMinute: 30 },
    });
    try {
      const url = await slotsUrl(limited, await buildHost(limited));
      const as = (address: string) => ask(url, { headers: { 'x-forwarded-for': `192.0.2.1, ${address}` } });
      const answers: Answered[] = [];
      for (let index = 0; index < 31; index += 1) answers.push(await as('203.0.113.7'));
      expect(answers.map(({ status }) => status)).toEqual([...Array<number>(30).fill(200), 429]);
      const express = answers.filter(({ wasInExpress }) => wasInExpress).length;
      expect(express).toBeLessThan(20);
      expect(answers.at(-1)?.headers['content-type']).toContain('application/problem+json');
      expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
      const other = await as('203.0.113.8');
      expect({ status: other.status, wasInExpress: other.wasInExpress }).toEqual({ status: 200, wasInExpress: false });
    } finally {
      await limited.stop();
    }
  });
});
