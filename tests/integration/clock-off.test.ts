import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Secret, TOTP } from 'otpauth';
import { io } from 'socket.io-client';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TwoFactorSetUp } from '#contract/accounts.ts';
import type { BookingList } from '#contract/bookings.ts';
import type { JoinAnswer } from '#contract/live.ts';
import { Verification } from '#contract/verification.ts';
import type { Slots } from '#contract/public-pages.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { asHost, bookingToSign, letHoldEnd } from '#tests/booking-actions.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  holdSlot,
  openSigning,
  readMine,
  send,
  signTyped,
  untilStatus,
  type Reachable,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

const root = join(import.meta.dirname, '..', '..');

/** Our processes, as production runs them, with a clock that is so many hours off; the database's is right. */
async function startOff(kind: 'api' | 'worker', hours: number, env: Product['env']): Promise<ChildProcess> {
  const preload = `${pathToFileURL(join(root, 'tests', 'clock-off.ts')).href}?hours=${hours}`;
  const child = spawn(process.execPath, ['--import', preload, join(root, 'runtime', `${kind}.ts`)], {
    env: { ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The ${kind} ended with ${String(code)} before it was ready.`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

/** Half a minute: far more than a busy machine needs, far less than the hours that the clocks are off. */
const closeMs = 30_000;
const isNow = (instant: string | Date | undefined, aheadMs = 0) =>
  expect(Math.abs(new Date(instant ?? NaN).getTime() - aheadMs - Date.now())).toBeLessThan(closeMs);

describe.each([{ hours: 7 }, { hours: -7 }])('api and worker whose clocks are $hours hours off', ({ hours }) => {
  let product: Product;
  /** The same product, asked through the process whose clock is wrong. */
  let off: Product;
  let host: TestHost;
  let type: TestType;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    product = await startProduct({ startWorker: false });
    const env = { ...product.env, PORT: String(port) };
    children.push(...(await Promise.all([startOff('api', hours, env), startOff('worker', hours, env)])));
    off = { ...product, baseUrl: `http://127.0.0.1:${port}` };
    host = await buildHost(off);
    type = await buildMeetingType(off, host, { nda: true, holdMinutes: 15 });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await product.stop();
  });

  const slotsFrom = async (through: Reachable, from: number, toDays: number) => {
    const [start, end] = [new Date(from), new Date(from + toDays * 86_400_000)].map((date) => date.toISOString());
    const path = `/pages/${host.slug}/${type.slug}/slots?from=${start}&to=${end}`;
    return (await send<Slots>(through, 'GET', path)).body;
  };

  it('offer the times that are yet to come, and tell every page the right time', async () => {
    // Twice: the second answer comes from memory.
    for (const _ of [1, 2]) {
      const answer = await slotsFrom(off, Date.now() - 86_400_000, 2);
      const [first = ''] = answer.days.flatMap(({ slots }) => slots);
      expect(Date.parse(first)).toBeGreaterThan(Date.now() - closeMs);
      expect(Date.parse(first)).toBeLessThan(Date.now() + 3_600_000);
      isNow(answer.serverTime);
    }
    isNow((await asHost<z.infer<typeof BookingList>>(off, host, '/bookings', undefined, 'GET')).body.serverTime);
    const socket = io(off.baseUrl, { path: '/live', transports: ['websocket'], forceNew: true });
    const joined = (await socket
      .timeout(20_000)
      .emitWithAck('join', { room: 'host', hostId: host.hostId, position: 0 })) as JoinAnswer;
    socket.close();
    expect(joined).toMatchObject({ outcome: 'joined' });
    if (joined.outcome === 'joined') isNow(joined.serverTime);
  });

  it('hold a slot for as long as it says, and let it go when the time is up', async () => {
    const { id, token, startsAt } = await bookingToSign(off, host, type);
    const held = await readMine(off, token);
    isNow(held.serverTime);
    isNow(held.holdExpiresAt ?? undefined, 15 * 60_000);
    const other = () => holdSlot(off, type, startsAt, { guest: { email: 'other@example.net' } });
    expect(await other()).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
    await letHoldEnd(off, id);
    expect(await eventually(other, ({ status }) => status === 201)).toMatchObject({ status: 201 });
    await untilStatus(off, token, 'expired');
  });

  it('take a signature as in time or late by the database’s clock, and seal the document with the time at which it was signed', async () => {
    const inTime = await bookingToSign(off, host, type);
    const signed = await signTyped(off, inTime.token, await openSigning(off, inTime.token));
    expect(signed).toMatchObject({ status: 202, body: { late: false } });
    isNow(signed.body.signedAt);
    await untilStatus(off, inTime.token, 'confirmed');
    const pdf = await fetch(`${off.baseUrl}/api/v1/my-booking/document.pdf`, {
      headers: { authorization: `Bearer ${inTime.token}` },
    });
    const checked = await fetch(`${product.baseUrl}/api/v1/verifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/pdf' },
      body: await pdf.arrayBuffer(),
    });
    const report = Verification.parse(await checked.json());
    expect(report).toMatchObject({ verdict: 'intact', seals: [{ trust: 'trusted' }] });
    isNow(report.seals[0]?.timestamp?.at);
    isNow(report.agreement?.signedAt);
    const entries = await off.shared.database.anyFirst(sql.type(z.object({ at: z.date() }))`
      select at from audit_event where organization_id = ${host.organizationId}`);
    for (const at of entries) expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(600_000);
  });

  it('take the codes of an app whose clock is right, and make links that other processes open', async () => {
    const wanted = { body: { password: host.password } };
    const setUp = await ask<z.infer<typeof TwoFactorSetUp>>(off, 'setUpTwoFactor', wanted, host);
    const code = new TOTP({ secret: Secret.fromBase32(setUp.body.secret) }).generate();
    expect((await ask(off, 'confirmTwoFactor', { body: { code } }, host)).status).toBe(200);

    const { token } = await bookingToSign(off, host, type);
    const link = await send<{ url: string; expiresAt: string }>(off, 'POST', '/my-booking/document-link', { token });
    isNow(link.body.expiresAt, 5 * 60_000);
    expect((await fetch(`${product.baseUrl}${new URL(link.body.url).pathname}`)).status).toBe(200);
  });
});
