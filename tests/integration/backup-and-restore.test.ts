import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { documentsOf } from '#db/queries/documents.ts';
import { publishedSince } from '#db/queries/outbox.ts';
import type { Environment } from '#runtime/config.ts';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { type EmbeddedNats, startNats } from '#runtime/embedded/nats.ts';
import { freePorts } from '#runtime/embedded/ports.ts';
import {
  bookingToSign,
  confirmedBooking,
  isOffered,
  letHoldEnd,
  moveMeeting,
  untilMailed,
  wake,
  type HeldBooking,
} from '#tests/booking-actions.ts';
import { countersign, jsonOf } from '#tests/command-line.ts';
import { createTestDatabase, type TestDatabase } from '#tests/database.ts';
import {
  buildHost,
  buildMeetingType,
  findSlot,
  holdSlot,
  openSigning,
  readMine,
  signTyped,
  untilStatus,
  type TestHost,
  type TestType,
} from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

/** The drill: everything but the backup and the master key is destroyed, and comes back. The tests follow one another. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const dir = mkdtempSync(join(tmpdir(), 'countersign-drill-'));
const folder = join(dir, 'backup');
let product: Product;
let nats: EmbeddedNats;
let host: TestHost;
let withNda: TestType;
let plain: TestType;
let signed: HeldBooking;
let toSign: HeldBooking;
let toExpire: HeldBooking;
let toRemind: HeldBooking;
let before: Record<string, string>;
let lostPosition: number;
let fresh: { database: TestDatabase; env: Environment };

async function startOwnNats(name: string): Promise<EmbeddedNats> {
  const [port = 0] = await freePorts(1);
  const program = await findProgram('nats-server', { report: () => undefined });
  const place = { dataDir: join(dir, name), logFile: join(dir, `${name}.log`), runDir: join(dir, 'run') };
  return startNats({ program, port, ...place });
}

beforeAll(async () => {
  nats = await startOwnNats('nats-before');
  product = await startProduct({ env: { NATS_URL: nats.url } });
  host = await buildHost(product);
  withNda = await buildMeetingType(product, host, { nda: true, holdMinutes: 60 });
  plain = await buildMeetingType(product, host, { remindersMinutes: [60] });
  signed = await confirmedBooking(product, host, withNda);
  toSign = await bookingToSign(product, host, withNda);
  toExpire = await bookingToSign(product, host, withNda);
  toRemind = await confirmedBooking(product, host, plain);
});
afterAll(async () => {
  await product.stop();
  await nats.stop();
  await fresh?.database.drop();
  rmSync(dir, { recursive: true, force: true });
});

/** A hash of each table's rows; what a publisher writes down of its own work aside. */
async function contentOf(url: string): Promise<Record<string, string>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const content: Record<string, string> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ hash: string }>(
        `select md5(coalesce(string_agg(line, E'\n' order by line), '')) || ' ' || count(*) as hash
         from (select (to_jsonb(t) - 'published_at')::text as line from "${name}" t) lines`,
      );
      content[name] = rows[0]?.hash ?? '';
    }
    return content;
  } finally {
    await client.end();
  }
}

/** What Postgres plans with; -1 where nobody has told it. */
async function bookingsThatPlansExpect(url: string): Promise<number | undefined> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      `select reltuples::int as count from pg_class where oid = 'booking'::regclass`,
    );
    return rows[0]?.count;
  } finally {
    await client.end();
  }
}

const ownerEnv = (): Environment => ({ ...product.env, MIGRATION_DATABASE_URL: product.database.ownerUrl });

describe('a backup', () => {
  it('has every table and document in it, and says which key it needs without having it', async () => {
    await product.worker.stop();
    before = await contentOf(product.database.superuserUrl);
    lostPosition = (await product.shared.stream.bounds()).last;
    const made = await countersign(ownerEnv(), 'backup', folder, '--json');
    expect(made.exitCode, made.stderr).toBe(0);
    // An agreement for each of the three with an NDA, and one signed document.
    expect(jsonOf(made)).toMatchObject({ ok: true, documents: 4, missing: [] });
    const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({
      format: 1,
      keys: [{ id: '1' }],
      stream: { lastPosition: lostPosition },
    });
    const everything = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    expect(everything.filter((name) => name.endsWith('.copy.gz'))).toHaveLength(Object.keys(before).length - 1);
    expect(manifest).not.toContain(product.env['MASTER_KEY']);
    expect(existsSync(`${folder}.partial`)).toBe(false);
  });

  it('is not written over another', async () => {
    const again = await countersign(ownerEnv(), 'backup', folder);
    expect(again).toMatchObject({ exitCode: 1, stderr: `${folder} is there already: name a new folder.\n` });
  });
});

describe('a restore', () => {
  it('touches nothing when api or worker are connected, and nothing without being told when there is data', async () => {
    const refused = await countersign(ownerEnv(), 'restore', folder);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/stop api and worker first/);
    const other = await createTestDatabase();
    try {
      const env = { ...ownerEnv(), DATABASE_URL: other.url, MIGRATION_DATABASE_URL: other.ownerUrl };
      await countersign(env, 'seed');
      const content = await contentOf(other.superuserUrl);
      const filled = await countersign(env, 'restore', folder);
      expect(filled.exitCode).toBe(1);
      expect(filled.stderr).toMatch(/has data in it.*--replace/);
      expect(await contentOf(other.superuserUrl)).toEqual(content);
    } finally {
      await other.drop();
    }
  });

  it('refuses a backup of which a byte was changed, and one made under another key, with what to do', async () => {
    const file = join(folder, 'database', 'booking.copy.gz');
    const whole = readFileSync(file);
    const changed = Buffer.from(whole);
    changed[20] = (changed[20] ?? 0) ^ 1;
    writeFileSync(file, changed);
    const damaged = await countersign(ownerEnv(), 'restore', folder);
    writeFileSync(file, whole);
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stderr).toContain('database/booking.copy.gz was changed');
    const otherKey = { ...ownerEnv(), MASTER_KEY: randomBytes(32).toString('base64') };
    const refused = await countersign(otherKey, 'restore', folder);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/made under the master key 1.*Set MASTER_KEY as it was/);
  });
});

describe('after everything was destroyed', () => {
  it('rows and documents are what they were, the stream has every fact, and running bookings are resumed', async () => {
    const { MASTER_KEY } = product.env;
    await product.stop();
    await nats.stop();
    nats = await startOwnNats('nats-after');
    const database = await createTestDatabase();
    const env: Environment = {
      ...product.env,
      STATE_DIR: join(dir, 'state-after'),
      MASTER_KEY,
      DATABASE_URL: database.url,
      MIGRATION_DATABASE_URL: database.ownerUrl,
      NATS_URL: nats.url,
      TEMPORAL_ADDRESS: inject('servers').temporal.address,
      TEMPORAL_NAMESPACE: `drill-${randomBytes(5).toString('hex')}`,
    };
    fresh = { database, env };
    const restored = await countersign(env, 'restore', folder, '--json');
    expect(restored.exitCode, restored.stderr).toBe(0);
    expect(jsonOf(restored)).toMatchObject({ ok: true, documents: 4, applied: [], resumed: 4 });
    expect(await contentOf(database.superuserUrl)).toEqual(before);
    expect(await bookingsThatPlansExpect(database.superuserUrl)).toBe(4);

    product = await startProduct({ env });
    for (const { id } of [signed, toSign]) {
      for (const document of await documentsOf(product.shared.database, id)) {
        const context = `${document.organizationId}/${document.id}`;
        expect((await product.shared.vault.read(document, context)).length).toBe(document.byteLength);
      }
    }
    const { first } = await product.shared.stream.bounds();
    expect(first).toBeGreaterThan(lostPosition + 100_000);
    const stored = await product.shared.stream.storedIds();
    const published = await publishedSince(product.shared.database, 1);
    expect(published.length).toBeGreaterThan(20);
    expect(published.filter((id) => !stored.has(id))).toEqual([]);
  });

  it('a hold under way goes on: one is signed and confirms, the other runs out and frees its slot', async () => {
    expect((await signTyped(product, toSign.token, await openSigning(product, toSign.token))).status).toBe(202);
    await untilStatus(product, toSign.token, 'confirmed', 120_000);
    await letHoldEnd(product, toExpire.id);
    await wake(product, toExpire.id);
    await untilStatus(product, toExpire.token, 'expired', 120_000);
    expect(await isOffered(product, host, withNda, toExpire.startsAt)).toBe(true);
    expect((await readMine(product, signed.token)).status).toBe('confirmed');
  });

  it('a reminder still comes', async () => {
    const startsInMs = 3_600_000 + 5_000;
    await moveMeeting(product, toRemind.id, { startsInMs, endsInMs: startsInMs + 1_800_000 });
    const mails = await untilMailed(product, toRemind.id, 3);
    expect(mails.map(({ kind }) => kind)).toContain('reminder');
  });

  it('a page that was open before the loss loads anew, then hears of every slot', async () => {
    const socket = io(product.baseUrl, { path: '/live', transports: ['websocket'] });
    try {
      const join = (position: number): Promise<{ outcome: string; position?: number }> =>
        socket.timeout(60_000).emitWithAck('join', { room: 'host', hostId: host.hostId, position });
      expect(await join(lostPosition)).toEqual({ outcome: 'reload' });
      const { last } = await product.shared.stream.bounds();
      expect(await join(last)).toMatchObject({ outcome: 'joined' });
      const heard = new Promise<unknown>((resolve) => socket.on('news', resolve));
      const startsAt = await findSlot(product, host, plain);
      expect((await holdSlot(product, plain, startsAt)).status).toBe(201);
      expect(await heard).toMatchObject({ kind: 'slot', state: 'held' });
    } finally {
      socket.close();
    }
  });

  it('a restore that fails on its way leaves the database as it was', async () => {
    await product.stop();
    const content = await contentOf(fresh.database.superuserUrl);
    const broken = await brokenCopy();
    const failed = await countersign(fresh.env, 'restore', broken, '--replace');
    expect(failed.exitCode).toBe(1);
    expect(await contentOf(fresh.database.superuserUrl)).toEqual(content);
    product = await startProduct({ env: fresh.env });
    expect((await readMine(product, toSign.token)).status).toBe('confirmed');
  });
});

/** A backup that is whole by its own account, with a row in it that no table takes. */
async function brokenCopy(): Promise<string> {
  const { cpSync } = await import('node:fs');
  const { gzipSync } = await import('node:zlib');
  const { createHash } = await import('node:crypto');
  const broken = join(dir, 'broken');
  cpSync(folder, broken, { recursive: true });
  const bytes = gzipSync('not a row of this table\n');
  writeFileSync(join(broken, 'database', 'outbox.copy.gz'), bytes);
  const file = join(broken, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { tables: { name: string }[] };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const tables = manifest.tables.map((table) =>
    table.name === 'outbox' ? { ...table, rows: 1, bytes: bytes.length, sha256 } : table,
  );
  writeFileSync(file, JSON.stringify({ ...manifest, tables }));
  return broken;
}
