import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram, type SearchPlaces } from './binaries.ts';

/** A folder for each place a program can come from, and a server that stands for the release page. */
let dir: string;
let server: Server;
let served: Record<string, Buffer | 'silence'>;
let reported: string[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-binaries-'));
  served = {};
  reported = [];
  server = createServer((request, response) => {
    const content = served[(request.url ?? '').slice(1)];
    if (content === 'silence') return;
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

function executable(folder: string, name: string, content: string): string {
  mkdirSync(join(dir, folder), { recursive: true });
  const file = join(dir, folder, name);
  writeFileSync(file, `#!/bin/sh\n${content}\n`);
  chmodSync(file, 0o755);
  return file;
}

function places(folders: string[] = []): Partial<SearchPlaces> {
  return {
    cacheDir: join(dir, 'cache'),
    // A go of our own comes before one of the machine, which is looked for last.
    path: [...folders.map((folder) => join(dir, folder)), '/usr/bin', '/bin'].join(':'),
    report: (line) => reported.push(line),
    answerTimeoutMs: 300,
    program: {
      version: 'v9.9.9',
      releaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      archive: () => 'server.tar.gz',
      checksums: 'SHA256SUMS',
      goPackage: 'example.test/server@v9.9.9',
      buildTime: 'a moment',
    },
  };
}

function publish(checksumOf?: Buffer): void {
  executable('packed/server-v9', 'nats-server', 'echo released');
  spawnSync('tar', ['-czf', join(dir, 'server.tar.gz'), '-C', join(dir, 'packed'), 'server-v9']);
  const archive = readFileSync(join(dir, 'server.tar.gz'));
  const sum = createHash('sha256')
    .update(checksumOf ?? archive)
    .digest('hex');
  served = {
    'server.tar.gz': archive,
    SHA256SUMS: Buffer.from(`${'0'.repeat(64)}  other.zip\n${sum}  server.tar.gz\n`),
  };
}

const goThatBuilds = 'printf "#!/bin/sh\\necho built $2\\n" > "$GOBIN/nats-server"; chmod 755 "$GOBIN/nats-server"';
const outputOf = (program: string) => spawnSync(program, { encoding: 'utf8' }).stdout.trim();

test('a program on PATH is taken before the one in the cache', async () => {
  const onPath = executable('bin', 'nats-server', '');
  executable('cache', 'nats-server-v9.9.9', '');
  expect(await findProgram('nats-server', places(['bin']))).toBe(onPath);
});

test('a program in the cache is taken without asking anybody, but only in its pinned version', async () => {
  executable('cache', 'nats-server-v1.0.0', 'echo old');
  publish();
  const cached = executable('cache', 'nats-server-v9.9.9', '');
  expect(await findProgram('nats-server', places())).toBe(cached);
  expect(reported).toEqual([]);
});

test('else the release is downloaded, compared with its published checksum, and kept in the cache', async () => {
  publish();
  const program = await findProgram('nats-server', places());
  expect(program).toBe(join(dir, 'cache', 'nats-server-v9.9.9'));
  expect(outputOf(program)).toBe('released');
  expect(readdirSync(join(dir, 'cache'))).toEqual(['nats-server-v9.9.9']);
});

test('a download with another checksum is not used: the program is built with Go', async () => {
  publish(Buffer.from('something else'));
  executable('go', 'go', goThatBuilds);
  const program = await findProgram('nats-server', places(['go']));
  expect(outputOf(program)).toBe('built example.test/server@v9.9.9');
  expect(reported[1]).toMatch(/another checksum/);
});

test('a release page that does not answer is given up soon, and building says how long it takes', async () => {
  served = { SHA256SUMS: 'silence' };
  executable('go', 'go', goThatBuilds);
  const startedAt = performance.now();
  await findProgram('nats-server', places(['go']));
  expect(performance.now() - startedAt).toBeLessThan(3000);
  expect(reported).toEqual([
    expect.stringMatching(/could not be reached\.$/),
    'Building nats-server with Go from example.test/server@v9.9.9: this takes a moment, once.',
  ]);
});

test('when nothing works, one sentence says what was tried and what to do, and the cache stays empty', async () => {
  executable('go', 'go', 'echo no such module >&2; exit 1');
  await expect(findProgram('nats-server', places(['go']))).rejects.toThrow(
    /not on PATH, 127\.0\.0\.1:\d+ answered 404 .*building it with Go failed .*no such module.*Put nats-server on PATH/s,
  );
  expect(readdirSync(join(dir, 'cache'))).toEqual([]);
});
