import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import { personalColumns } from '#db/personal-columns.ts';
import { openDatabase, type Database } from '#db/pool.ts';
import { bytes } from '#db/bytes.ts';
import { bookingsQueue } from '#workflows/booking/messages.ts';
import { retentionWorkflowType } from '#workflows/retention/messages.ts';
import type { Product } from './product.ts';

const name = z.object({ name: z.string() });
const line = z.object({ line: z.string() });

/** Where one of these words stands in the database: plain in any table, or inside an encrypted column. */
export async function placesOf(product: Product, words: readonly string[]): Promise<string[]> {
  const asOwner = await openDatabase(product.database.superuserUrl, { maxConnections: 1 });
  try {
    return [...(await plainPlaces(asOwner, words)), ...(await sealedPlaces(product, asOwner, words))];
  } finally {
    await asOwner.end();
  }
}

async function plainPlaces(db: Database, words: readonly string[]): Promise<string[]> {
  const tables = await db.anyFirst(sql.type(name)`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`);
  const places: string[] = [];
  for (const table of tables) {
    const lines = await db.anyFirst(sql.type(line)`select t::text as line from ${sql.identifier([table])} t`);
    // A bytea column prints as hexadecimal: plain text in one would show as that.
    if (lines.some((text) => words.some((word) => contains(text, word) || contains(text, hexOf(word)))))
      places.push(table);
  }
  return places;
}

async function sealedPlaces(product: Product, db: Database, words: readonly string[]): Promise<string[]> {
  const places: string[] = [];
  for (const { table, column, context } of personalColumns) {
    const values = await db.anyFirst(sql.type(z.object({ value: bytes }))`
      select ${sql.identifier([column])} as value from ${sql.identifier([table])} where length(${sql.identifier([column])}) > 0`);
    const texts = values.map((value) => product.shared.cipher.open(value, context));
    if (texts.some((text) => words.some((word) => contains(text, word)))) places.push(`${table}.${column}`);
  }
  return places;
}

const contains = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase());
const hexOf = (word: string): string => Buffer.from(word).toString('hex');

/** Every object in the store, by its key. */
export function storedObjects(product: Product): Map<string, Buffer> {
  const { storage } = product.config;
  if (storage.driver !== 'file') throw new Error('Only a folder can be listed.');
  const root = join(storage.dir, 'objects');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.bin'));
  return new Map(files.map((path) => [path.replace(/\.bin$/, ''), readFileSync(join(root, path))]));
}

/** Keys of the objects that a booking's documents are in. */
export async function objectsOfBooking({ shared }: Product, bookingId: string): Promise<readonly string[]> {
  return shared.database.anyFirst(sql.type(z.object({ key: z.string() }))`
    select storage_key as key from document where booking_id = ${bookingId} and storage_key <> ''`);
}

/** A round of retention, as the schedule starts one every hour. */
export function applyRetentionNow({ shared }: Product) {
  return shared.temporal.workflow.execute(retentionWorkflowType, {
    workflowId: `retention-${randomUUID()}`,
    taskQueue: bookingsQueue,
    args: [],
  }) as Promise<{ bookings: number; documents: number; failures: number }>;
}
