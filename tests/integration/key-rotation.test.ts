import { randomBytes } from 'node:crypto';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Verification } from '#contract/verification.ts';
import { keyBacklog, rotateToNewestKey } from '#db/changes/rotate-keys.ts';
import { personalColumns } from '#db/personal-columns.ts';
import { createPersonalCipher, sha256, type PersonalCipher } from '#db/personal.ts';
import { bookingsOfGuest } from '#db/queries/guest-data.ts';
import { findBookingByToken } from '#db/queries/guest-access.ts';
import { findDocument } from '#db/queries/documents.ts';
import { createDocumentVault, type DocumentVault } from '#integrations/storage/vault.ts';
import { asHost, confirmedBooking, type HeldBooking } from '#tests/booking-actions.ts';
import { placesOf, storedObjects } from '#tests/kept.ts';
import { buildHost, buildMeetingType, grace, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
let booking: HeldBooking;

beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  type = await buildMeetingType(product, host, { nda: true });
  booking = await confirmedBooking(product, host, type);
});
afterAll(() => product.stop());

describe('the list of encrypted columns', () => {
  it('is what the database has: a new one belongs into db/personal-columns.ts', async () => {
    const column = z.object({ name: z.string() });
    const there = await product.shared.database.anyFirst(sql.type(column)`
      select table_name || '.' || column_name as name from information_schema.columns
      where table_schema = 'public' and column_name like '%\\_cipher' order by 1`);
    expect(personalColumns.map(({ table, column: name }) => `${table}.${name}`).sort()).toEqual([...there].sort());
  });
});

describe('an organization’s next sealing key', () => {
  type Keys = { items: { certificateSha256: string; rootSha256: string; seals: boolean }[] };
  const keysNow = async () => (await asHost<Keys>(product, host, '/organization/signing-keys', undefined, 'GET')).body;
  const rotate = async (reason: string) =>
    (await asHost<Keys>(product, host, '/organization/signing-keys', { reason })).body;

  async function sealedDocument({ token }: HeldBooking): Promise<Uint8Array> {
    const path = `${product.baseUrl}/api/v1/my-booking/document.pdf`;
    const answer = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
    return new Uint8Array(await answer.arrayBuffer());
  }
  async function verify(bytes: Uint8Array): Promise<Verification> {
    const answer = await fetch(`${product.baseUrl}/api/v1/verifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/pdf' },
      body: new Uint8Array(bytes),
    });
    return (await answer.json()) as Verification;
  }

  it('seals what is signed from then on; what was sealed before keeps verifying, and each says by which key', async () => {
    const before = await sealedDocument(booking);
    const [first] = (await keysNow()).items;
    const renewed = await rotate('routine');
    expect(renewed.items.map(({ seals }) => seals)).toEqual([true, false]);
    expect(renewed.items[0]?.rootSha256).toBe(first?.rootSha256);
    const replaced = await rotate('lost');
    expect(replaced.items[0]?.rootSha256).not.toBe(first?.rootSha256);

    const after = await sealedDocument(await confirmedBooking(product, host, type));
    for (const [document, key] of [
      [before, first],
      [after, replaced.items[0]],
    ] as const) {
      const report = await verify(document);
      expect(report).toMatchObject({
        verdict: 'intact',
        seals: [{ trust: 'trusted', certificateSha256: key?.certificateSha256 }],
      });
      expect(report.sentences.join(' ')).toContain(`certificate ${key?.certificateSha256}`);
    }
    const rotations = z.object({ reason: z.string() });
    expect(
      await product.shared.database.anyFirst(sql.type(rotations)`
        select detail ->> 'reason' as reason from audit_event where action = 'signing_key.rotated' and organization_id = ${host.organizationId}
        order by position`),
    ).toEqual(['routine', 'lost']);
  });
});

describe('the next master key', () => {
  const newest = { id: 'next', key: randomBytes(32) };
  let both: PersonalCipher;
  let alone: PersonalCipher;
  let vaults: { both: DocumentVault; alone: DocumentVault };

  beforeAll(() => {
    const { store } = product.shared;
    const [old] = product.config.masterKeys;
    both = createPersonalCipher([newest, old]);
    alone = createPersonalCipher([newest]);
    vaults = {
      both: createDocumentVault({ store, masterKeys: [newest, old] }),
      alone: createDocumentVault({ store, masterKeys: [newest] }),
    };
  });
  const rotation = (batch: number) => ({
    database: product.shared.database,
    cipher: both,
    rewrap: (wrapped: { wrappedKey: string; keyId: string }) => vaults.both.rewrap(wrapped),
    batch,
  });

  it('finds guests and opens their links while both are configured, before anything is rewritten', async () => {
    const { database } = product.shared;
    expect(await bookingsOfGuest(database, both, host.organizationId, grace.email)).toContain(booking.id);
    expect(both.guestToken(booking.id)).toBe(booking.token);
    expect((await keyBacklog({ database, cipher: both })).columns).toBeGreaterThan(10);
  });

  it('goes on where it was stopped', async () => {
    let calls = 0;
    const dies = {
      ...rotation(1),
      rewrap: (wrapped: { wrappedKey: string; keyId: string }) => {
        calls += 1;
        if (calls === 2) throw new Error('killed');
        return vaults.both.rewrap(wrapped);
      },
    };
    await expect(rotateToNewestKey(dies)).rejects.toThrow('killed');
    const left = await keyBacklog(rotation(1));
    expect(left).toMatchObject({ columns: 0, searches: 0, links: 0 });
    expect(left.documents).toBeGreaterThan(0);
    expect((await rotateToNewestKey(rotation(2))).documents).toBe(left.documents);
  });

  it('leaves nothing that needs the older one, and touches no object', async () => {
    const { database } = product.shared;
    const objects = storedObjects(product);
    expect(await rotateToNewestKey(rotation(50))).toEqual({ columns: 0, searches: 0, links: 0, documents: 0 });
    expect(await keyBacklog({ database, cipher: both })).toEqual({ columns: 0, searches: 0, links: 0, documents: 0 });
    const opened = { ...product, shared: { ...product.shared, cipher: alone } };
    expect(await placesOf(opened, [grace.name])).toContain('booking.guest_name_cipher');
    expect(await bookingsOfGuest(database, alone, host.organizationId, grace.email)).toContain(booking.id);
    const ids = await database.anyFirst(
      sql.type(z.object({ id: z.string() }))`select id from document where booking_id = ${booking.id}`,
    );
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const document = await findDocument(database, id);
      if (!document) throw new Error('A document went away.');
      const pdf = await vaults.alone.read(document, `${document.organizationId}/${document.id}`);
      expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    }
    expect(storedObjects(product)).toEqual(objects);
  });

  it('leads by the links that were sent and by those that follow from it to the same booking', async () => {
    const { database } = product.shared;
    for (const token of [booking.token, alone.guestToken(booking.id)])
      expect((await findBookingByToken(database, sha256(token)))?.bookingId).toBe(booking.id);
    expect(alone.guestToken(booking.id)).not.toBe(booking.token);
  });
});
