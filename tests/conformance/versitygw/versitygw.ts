import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A real S3 server in one binary (Apache 2.0), built from source where Go is at hand: 2 minutes, once. */
const VERSION = 'v1.8.0';
const MODULE = 'github.com/versity/versitygw/cmd/versitygw';
const START_TIMEOUT_MS = 15_000;
const run = promisify(execFile);

export type S3Server = {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  stop(): Promise<void>;
};

/** The binary's path, or why there is none. */
export async function versitygw(): Promise<{ binary: string } | { absent: string }> {
  const directory = join(homedir(), '.cache', 'countersign', `versitygw-${VERSION}`);
  const binary = join(directory, 'versitygw');
  if (existsSync(binary)) return { binary };
  await mkdir(directory, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: directory, GOFLAGS: '-trimpath' };
    await run('go', ['install', `${MODULE}@${VERSION}`], { env, timeout: 280_000 });
    return { binary };
  } catch (error) {
    return { absent: `versitygw could not be built with Go: ${String((error as Error).message).slice(0, 300)}` };
  }
}

/** An empty server on a free port, its objects in a fresh folder. */
export async function startS3Server(binary: string): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'versitygw-'));
  const address = `127.0.0.1:${await freePort()}`;
  const credentials = { accessKeyId: 'countersign', secretAccessKey: 'a secret of the tests' };
  const [key, secret] = [credentials.accessKeyId, credentials.secretAccessKey];
  const [objects, metadata] = [join(directory, 'objects'), join(directory, 'metadata')];
  await Promise.all([mkdir(objects), mkdir(metadata)]);
  // A folder for metadata in place of extended attributes, which not every /tmp has.
  const backend = ['posix', '--sidecar', metadata, objects];
  const server = spawn(binary, ['--quiet', '-p', address, '-a', key, '-s', secret, ...backend], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill();
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const endpoint = `http://${address}`;
  for (let waitedMs = 0; ; waitedMs += 50) {
    const answer = await fetch(endpoint).catch(() => null);
    if (answer !== null) return { endpoint, region: 'us-east-1', credentials, stop };
    if (waitedMs > START_TIMEOUT_MS || server.exitCode !== null) {
      await stop();
      throw new Error('versitygw did not start');
    }
    await pause(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
