import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { documentOf } from '#db/queries/documents.ts';
import { insertDeadLetter } from '#db/queries/webhooks.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { bookingToSign, confirmedBooking, isOffered, type HeldBooking } from '#tests/booking-actions.ts';
import { countersign, jsonOf } from '#tests/command-line.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  openSigning,
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

// Each command is a process of its own, which a busy machine starts slowly. The tests follow one another.
vi.setConfig({ testTimeout: 240_000 });

type Found = { severity: string; what: string; why: string; todo: string; ids: string[]; mendable: boolean };
type Report = {
  ok: boolean;
  errors: number;
  checks: { name: string; findings: Found[]; mended: Found[] }[];
  leftOut: string[];
};

let product: Product;
let host: TestHost;
let withNda: TestType;
let plain: TestType;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  withNda = await buildMeetingType(product, host, { nda: true, holdMinutes: 60 });
  plain = await buildMeetingType(product, host);
});
afterAll(() => product.stop());

async function doctor(...args: string[]): Promise<{ exitCode: number | null; report: Report }> {
  const result = await countersign(product.env, 'doctor', '--json', ...args);
  return { exitCode: result.exitCode, report: jsonOf<Report>(result) };
}

const named = ({ checks }: Report, which: 'findings' | 'mended') =>
  checks.filter((check) => check[which].length > 0).map(({ name }) => name);
const findingsOf = ({ checks }: Report, name: string) => checks.find((check) => check.name === name)?.findings ?? [];

const change = (statement: ReturnType<typeof sql.unsafe>) => product.shared.database.query(statement);
const untilPublished = (bookingId: string) =>
  eventually(
    () =>
      product.shared.database.exists(
        sql.unsafe`select from outbox where booking_id = ${bookingId} and published_at is null`,
      ),
    (isWaiting) => !isWaiting,
  );

describe('the doctor', () => {
  let orphaned: HeldBooking;
  let signed: HeldBooking;
  let over: HeldBooking;

  it('finds nothing wrong where nothing is', async () => {
    orphaned = await bookingToSign(product, host, withNda);
    signed = await confirmedBooking(product, host, withNda);
    over = await confirmedBooking(product, host, plain);
    for (const { id } of [orphaned, signed, over]) await untilPublished(id);
    const { exitCode, report } = await doctor('--thorough');
    expect(named(report, 'findings'), JSON.stringify(report)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report.checks.map(({ name }) => name)).toEqual([
      'connections',
      'migrations',
      'settings',
      'clock',
      'master-keys',
      'workers',
      'workflows',
      'claims',
      'left-lying',
      'stuck',
      'outbox',
      'stream',
      'dead-letters',
      'documents',
      'signing-keys',
      'audit',
    ]);
  });

  it('finds what a disaster left, and says of each what it means and what to do', async () => {
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(orphaned.id)).terminate('lost');
    await change(
      sql.unsafe`update booking set created_at = created_at - interval '1 minute' where id = ${orphaned.id}`,
    );
    await change(
      sql.unsafe`update booking set status = 'canceled', ended_at = now() - interval '1 hour' where id = ${over.id}`,
    );
    await change(sql.unsafe`
      update outbox set published_at = null, created_at = created_at - interval '2 minutes'
      where seq = (select max(seq) from outbox where booking_id = ${signed.id})`);
    await change(sql.unsafe`
      update booking set attention = '{"step": "collect_signed", "reason": "NoDisk"}', attention_since = now() where id = ${signed.id}`);
    const document = await documentOf(product.shared.database, signed.id, 'signed');
    const documents = join(product.config.stateDir, 'documents', 'objects');
    await rm(join(documents, `${document?.storageKey}.bin`));
    await insertDeadLetter(product.shared.database, {
      organizationId: host.organizationId,
      source: 'docusign',
      sourceId: 'event-1',
      reason: 'unknown_event',
      payload: product.shared.cipher.seal('{}', 'dead_letter.payload'),
    });
    await tamper();

    const { exitCode, report } = await doctor();
    expect(exitCode).toBe(1);
    expect(named(report, 'findings')).toEqual([
      'workflows',
      'claims',
      'stuck',
      'outbox',
      'dead-letters',
      'documents',
      'audit',
    ]);
    expect(findingsOf(report, 'workflows')).toMatchObject([
      { ids: [orphaned.id], mendable: true },
      { ids: [over.id], mendable: true },
    ]);
    expect(findingsOf(report, 'claims')).toMatchObject([{ ids: [over.id], mendable: true }]);
    expect(findingsOf(report, 'documents')).toMatchObject([{ ids: [document?.id], mendable: false }]);
    expect(findingsOf(report, 'stuck')[0]?.todo).toContain(`countersign retry ${signed.id}`);
    expect(findingsOf(report, 'audit')[0]?.what).toMatch(/is broken at entry \d+ \(/);
    for (const { why, todo } of report.checks.flatMap(({ findings }) => findings))
      expect([why.length > 20, todo.length > 20]).toEqual([true, true]);
  });

  it('mends what needs no decision, and the bookings go on', async () => {
    const { exitCode, report } = await doctor('--fix');
    expect(exitCode).toBe(1);
    expect(named(report, 'mended')).toEqual(['workflows', 'claims', 'outbox']);
    expect(named(report, 'findings')).toEqual(['stuck', 'dead-letters', 'documents', 'audit']);
    expect(await isOffered(product, host, plain, over.startsAt)).toBe(true);
    await product.shared.temporal.workflow.getHandle(bookingWorkflowId(over.id)).result();
    await signTyped(product, orphaned.token, await openSigning(product, orphaned.token));
    await untilStatus(product, orphaned.token, 'confirmed', 120_000);
  });

  it('names what cannot be reached, and looks no further without it', async () => {
    const [port = 0] = await freePorts(1);
    const env = { ...product.env, NATS_URL: `nats://127.0.0.1:${port}` };
    const result = await countersign(env, 'doctor');
    expect(result.exitCode).toBe(1);
    expect(result.stdout).toMatch(/✗ NATS cannot be reached: .+\n.+\n\s+→ See NATS_URL/);
    expect(result.stdout).toContain('Not looked at, because that needs what cannot be reached: migrations,');
  });
});

it('the doctor finds that the master key is another one, also under the same name, and rotation refuses to begin', async () => {
  for (const MASTER_KEY of [randomBytes(32).toString('base64'), `next=${randomBytes(32).toString('base64')}`]) {
    const env = { ...product.env, MASTER_KEY };
    const report = jsonOf<Report>(await countersign(env, 'doctor', '--json'));
    expect(findingsOf(report, 'master-keys')).toMatchObject([{ severity: 'error', mendable: false }]);
    expect(findingsOf(report, 'master-keys')[0]?.what).toMatch(
      /^\d+ values were encrypted under a master key named 1 /,
    );
    const rotated = await countersign(env, 'rotate-master-key');
    expect(rotated).toMatchObject({ exitCode: 1, stdout: '' });
    expect(rotated.stderr).toMatch(/^MASTER_KEY lacks the key named 1, .*\n$/);
  }
});

/** As somebody with the superuser's password could. */
async function tamper(): Promise<void> {
  const client = new Client({ connectionString: product.database.superuserUrl });
  await client.connect();
  await client.query(`update audit_event set action = 'nothing.happened' where position = 2 and organization_id = $1`, [
    host.organizationId,
  ]);
  await client.end();
}
