import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertObjectKey, ObjectNotFound } from './store.ts';
import type { ObjectStore } from './store.ts';

/**
 * Objects as files of one folder, on a file system with hard links. A file gets its name when its bytes are on the disk, by a link
 * that cannot replace another: a reader never sees half an object, and a crash leaves at most a nameless file in `incoming`.
 */
export function createFileStore(options: { directory: string }): ObjectStore {
  const { directory } = options;
  const incoming = join(directory, 'incoming');
  const pathOf = (key: string): string => {
    assertObjectKey(key);
    return join(directory, 'objects', `${key}.bin`);
  };

  const put = async (key: string, bytes: Uint8Array): Promise<void> => {
    const path = pathOf(key);
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = join(incoming, randomUUID());
    try {
      await writeSynced(temporary, bytes);
      await link(temporary, path).catch(ignore('EEXIST'));
      await syncDirectory(dirname(path));
    } finally {
      await unlink(temporary).catch(ignore('ENOENT'));
    }
  };

  const get = async (key: string): Promise<Uint8Array> => {
    try {
      return new Uint8Array(await readFile(pathOf(key)));
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? new ObjectNotFound(key) : error;
    }
  };

  /** Writes, because a full disk and a read-only mount can still be read. */
  const check = async (): Promise<void> => {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const probe = join(incoming, randomUUID());
    try {
      await writeSynced(probe, new Uint8Array(1));
    } finally {
      await unlink(probe).catch(ignore('ENOENT'));
    }
  };

  return {
    name: 'file',
    put,
    get,
    delete: async (key) => rm(pathOf(key), { force: true }),
    check,
    close: async () => undefined,
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is on the disk when its folder is. Windows cannot open folders, and does not need to. */
async function syncDirectory(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(ignore('EISDIR', 'EPERM'));
  if (folder === undefined) return;
  try {
    await folder.sync().catch(ignore('EINVAL', 'EPERM'));
  } finally {
    await folder.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

function ignore(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
    return undefined;
  };
}
