import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { eraseAsAsked } from '#db/changes/erase.ts';
import { findBooking } from '#db/queries/bookings.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { listMailbox } from '#integrations/mail/mailbox-reader.ts';
import { bookingToSign, confirmedBooking, isOffered, trailOf, untilMailed } from '#tests/booking-actions.ts';
import { countersign, jsonOf } from '#tests/command-line.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  readMine,
  send,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { ask } from '#tests/requests.ts';

// Each command is a process of its own, which a busy machine starts slowly.
vi.setConfig({ testTimeout: 240_000 });

let product: Product;
let host: TestHost;
let withNda: TestType;
let plain: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  withNda = await buildMeetingType(product, host, { nda: true });
  plain = await buildMeetingType(product, host);
});
afterAll(() => product.stop());

const run = (...args: string[]) => countersign(product.env, ...args);

describe('one booking, from the command line', () => {
  it('release lets a held slot go, as the operator’s deed, and refuses to do so twice', async () => {
    const { id, startsAt } = await bookingToSign(product, host, withNda);
    const released = await run('release', id, '--json');
    expect(released.exitCode, released.stderr).toBe(0);
    expect(jsonOf(released)).toEqual({ command: 'release', ok: true, bookingId: id, status: 'released' });
    expect(await isOffered(product, host, withNda, startsAt)).toBe(true);
    expect((await trailOf(product, host, id)).filter((entry) => entry.endsWith('by operator'))).toEqual([
      'slot.released by operator',
    ]);
    const again = await run('release', id, '--json');
    expect(again.exitCode).toBe(1);
    expect(jsonOf(again)).toMatchObject({ ok: false, status: 'released', code: 'booking_not_held' });
  });

  it('resend sends the last mail again, cancel cancels and says so in words', async () => {
    const { id, token } = await confirmedBooking(product, host, plain);
    expect((await run('resend', id, '--to', 'both')).exitCode).toBe(0);
    expect((await untilMailed(product, id, 4)).map(({ kind, recipient }) => `${kind} ${recipient}`).sort()).toEqual([
      'booking_confirmed guest',
      'booking_confirmed guest',
      'booking_confirmed host',
      'booking_confirmed host',
    ]);
    const canceled = await run('cancel', id, '--reason', 'The building is closed.');
    expect(canceled).toMatchObject({ exitCode: 0, stdout: 'The booking is canceled. Status: canceled.\n' });
    await untilStatus(product, token, 'canceled');
  });

  it('retry refuses where nothing is stuck, and every command an id that nobody has', async () => {
    const { id, token } = await bookingToSign(product, host, withNda);
    const retried = await run('retry', id, '--json');
    expect(retried.exitCode).toBe(1);
    expect(jsonOf(retried)).toMatchObject({ code: 'nothing_to_retry', status: 'held' });
    expect((await readMine(product, token)).status).toBe('held');
    const unknown = randomUUID();
    expect(await run('release', unknown)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: `There is no booking ${unknown}.\n`,
    });
  });
});

describe('one account, from the command line', () => {
  it('reset-two-factor lets in who lost phone and codes, ends every session, and leaves its mark', async () => {
    const lost = await buildHost(product);
    const setUp = await ask<{ secret: string }>(product, 'setUpTwoFactor', { body: { password: lost.password } }, lost);
    const code = new TOTP({ secret: Secret.fromBase32(setUp.body.secret) }).generate();
    expect((await ask(product, 'confirmTwoFactor', { body: { code } }, lost)).status).toBe(200);
    const { email, password } = lost;
    const logIn = () => ask(product, 'logIn', { body: { email, password } });
    expect(await logIn()).toMatchObject({ status: 401, body: { code: 'second_factor_required' } });

    const reset = await run('reset-two-factor', email, '--json');
    expect(reset.exitCode, reset.stderr).toBe(0);
    expect(jsonOf(reset)).toMatchObject({ command: 'reset-two-factor', ok: true, accountId: lost.accountId });
    expect((await logIn()).status).toBe(201);
    const entry = sql.type(z.object({ actor: z.string() }))`
      select actor_type as actor from audit_event where organization_id = ${lost.organizationId} and action = 'account.two_factor_off'`;
    expect(await product.shared.database.anyFirst(entry)).toEqual(['operator']);
    await eventually(
      () => listMailbox(product.mailDir, { limit: 50 }),
      (mails) => mails.filter(({ to, subject }) => to.address === email && /two-factor/i.test(subject)).length === 2,
    );

    expect(jsonOf(await run('reset-two-factor', email, '--json'))).toMatchObject({ ok: false, code: 'two_factor_off' });
    expect(await run('reset-two-factor', 'nobody@example.org')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

describe('what guests had erased', () => {
  it('is listed by id, and erased again when a restored backup brought it back; what is open is kept and said', async () => {
    const { id, token } = await bookingToSign(product, host, plain);
    await send(product, 'POST', '/my-booking/cancel', { token, body: {} });
    const other = await bookingToSign(product, host, withNda);
    const copy = sql.unsafe`create temporary table before_erasure as select * from booking where id = ${id}`;
    const back = sql.unsafe`
      update booking b set guest_name_cipher = c.guest_name_cipher, guest_email_cipher = c.guest_email_cipher, erased_at = null, purged_at = null
      from before_erasure c where b.id = c.id`;
    const file = join(product.config.stateDir, 'erasures.json');
    await product.shared.database.connect(async (connection) => {
      await connection.query(copy);
      await eraseAsAsked(product.shared.database, product.shared.cipher, id, { type: 'host', id: null, ip: null });
      // As a backup from before it would.
      await connection.query(back);
    });
    const listed = await run('erasures', '--json');
    expect(jsonOf(listed)).toMatchObject({ ok: true, erasures: [{ bookingId: id }] });
    expect((await run('erasures', '--since', '2999-01-01')).stdout.trim()).toBe('');
    writeFileSync(file, listed.stdout);
    expect(jsonOf(await run('erase-again', file, '--json'))).toMatchObject({ ok: true, erased: 1, left: [] });
    expect((await findBooking(product.shared.database, id))?.erasedAt).not.toBeNull();
    expect(jsonOf(await run('erase-again', file, '--json'))).toMatchObject({ ok: true, erased: 0, erasedBefore: 1 });
    expect((await trailOf(product, host, id)).at(-1)).toBe('booking.erased by operator');

    writeFileSync(file, JSON.stringify({ erasures: [{ bookingId: other.id }, { bookingId: randomUUID() }] }));
    expect(jsonOf(await run('erase-again', file, '--json'))).toMatchObject({ ok: false, unknown: 1, left: [other.id] });
  });
});

describe('the command line', () => {
  it('ends with 2 and the usage when it is used wrongly, with 0 when asked for help', async () => {
    for (const args of [
      [],
      ['relase'],
      ['release'],
      ['release', 'not-an-id'],
      ['resend', randomUUID(), '--to', 'all'],
    ]) {
      const wrong = await run(...args);
      expect([args, wrong.exitCode]).toEqual([args, 2]);
      expect(wrong.stderr).toContain('Usage: countersign');
    }
    const help = await run('release', '--help');
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('id of the booking');
  });

  it('says in a sentence that nothing runs, and names every setting that is missing', async () => {
    const nowhere = await countersign({ STATE_DIR: `${product.config.stateDir}/nowhere` }, 'release', randomUUID());
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toMatch(/^No system runs on the state folder .*nowhere\. Start it \(npm start\)/);
    const wrong = await countersign({ ...product.env, MASTER_KEY: '', PORT: '0' }, 'seed');
    expect(wrong.exitCode).toBe(78);
    expect(wrong.stderr).toMatch(/PORT is "0"[^]*MASTER_KEY is not set/);
  });

  it('says in a sentence which server is away instead of waiting for it, and shows no stack', async () => {
    const [port = 0] = await freePorts(1);
    const away = `127.0.0.1:${port}`;
    const answers = await Promise.all([
      countersign({ ...product.env, NATS_URL: `nats://${away}` }, 'release', randomUUID(), '--json'),
      countersign({ ...product.env, TEMPORAL_ADDRESS: away }, 'retry', randomUUID(), '--json'),
      countersign({ ...product.env, DATABASE_URL: `postgres://app:secret@${away}/none` }, 'erasures', '--json'),
      countersign({ MIGRATION_DATABASE_URL: `postgres://app:secret@${away}/none` }, 'migrate', '--json'),
    ]);
    expect(answers.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1]);
    const errors = answers.map((answer) => jsonOf<{ error: string }>(answer).error);
    expect(errors[0]).toMatch(/^NATS cannot be reached: .+\. See NATS_URL/);
    expect(errors[1]).toMatch(/^Temporal cannot be reached: .+\. See TEMPORAL_ADDRESS/);
    expect(errors[2]).toMatch(/^Postgres cannot be reached: .+\. See DATABASE_URL/);
    expect(errors[3]).toMatch(/^A server cannot be reached: .*ECONNREFUSED/);
    for (const { stderr } of answers) expect(stderr).not.toMatch(/secret|\n\s+at /);
  });

  it('promote says what is missing like every command, with its exit code and as JSON', async () => {
    const unnamed = await run('promote', '--json');
    expect(unnamed.exitCode).toBe(78);
    expect(jsonOf<{ error: string }>(unnamed).error).toContain('WORKER_BUILD_ID is not set');
  });

  it('verify ends with 64 when it is used wrongly, as 2 is what a file without a seal ends with', async () => {
    expect(await run('verify')).toMatchObject({ exitCode: 64, stdout: '' });
    expect((await run('verify', import.meta.filename)).exitCode).toBe(2);
    expect((await run('verify', '--help')).exitCode).toBe(0);
  });

  it('migrates as the owner, and makes the demo host once', async () => {
    const env = { ...product.env, MIGRATION_DATABASE_URL: product.database.ownerUrl };
    const migrated = await countersign(env, 'migrate', '--json');
    const { namespace } = product.config.temporal;
    expect(jsonOf(migrated)).toMatchObject({ command: 'migrate', ok: true, applied: [], namespace });
    const first = jsonOf<{ email: string; password: string }>(await countersign(env, 'seed', '--json'));
    expect(first).toMatchObject({ ok: true, email: 'demo@countersign.example' });
    expect(jsonOf(await countersign(env, 'seed', '--json'))).toEqual(first);
  });
});
