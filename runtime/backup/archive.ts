import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { measuring, type Measured } from './hashing.ts';
import { Manifest, manifestFile, objectFile, tableFile } from './manifest.ts';

/** This folder is no backup, or not a whole one: the message has a line for each reason. */
export class BackupDamaged extends Error {
  override readonly name = 'BackupDamaged';
}

/** A backup that was read from its first to its last byte and found to be what its manifest says. */
export type Archive = {
  manifest: Manifest;
  /** The rows of a table in COPY's text format. */
  openTable(name: string): NodeJS.ReadableStream & AsyncIterable<Buffer>;
  readObject(key: string): Promise<Uint8Array>;
};

/** @throws BackupDamaged */
export async function openArchive(folder: string): Promise<Archive> {
  const manifest = await readManifest(folder);
  const files = [
    ...manifest.tables.map(({ name, ...measured }) => ({ path: tableFile(name), measured })),
    ...manifest.objects.map(({ key, ...measured }) => ({ path: objectFile(key), measured })),
  ];
  const wrong: string[] = [];
  for (const { path, measured } of files) {
    const found = await measure(join(folder, path));
    if (found === null) wrong.push(`${path} is missing`);
    else if (found.bytes !== measured.bytes || found.sha256 !== measured.sha256) wrong.push(`${path} was changed`);
  }
  if (wrong.length > 0) throw new BackupDamaged([`The backup in ${folder} is damaged:`, ...wrong].join('\n  '));
  return {
    manifest,
    openTable: (name) => createReadStream(join(folder, tableFile(name))).pipe(createGunzip()),
    readObject: (key) => readFile(join(folder, objectFile(key))),
  };
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, manifestFile), 'utf8').catch(() => null);
  if (text === null) throw new BackupDamaged(`There is no ${manifestFile} in ${folder}: this is not a backup.`);
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
    throw new BackupDamaged(`The ${manifestFile} in ${folder} cannot be used: ${reason}`);
  }
}

async function measure(path: string): Promise<Measured | null> {
  const known = await stat(path).catch(() => null);
  if (!known?.isFile()) return null;
  const meter = measuring();
  await pipeline(createReadStream(path), meter, new Writable({ write: (_chunk, _encoding, done) => done() }));
  return meter.measured();
}
