import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { processEnvironment } from '#runtime/config.ts';
import { defaultCacheDir } from '#runtime/embedded/binaries.ts';
import { startChild, type Child } from '#runtime/embedded/child.ts';
import { onPath } from '#runtime/embedded/server-user.ts';

/** A TCP proxy that can be told to misbehave (MIT), built from source where Go is at hand: a minute, once. */
const version = 'v2.12.0';
const goPackage = `github.com/Shopify/toxiproxy/v2/cmd/server@${version}`;
const run = promisify(execFile);

/** The program's path, or why there is none. */
export async function findToxiproxy(): Promise<{ program: string } | { absent: string }> {
  const env = processEnvironment();
  const program = join(defaultCacheDir(), `toxiproxy-${version}`);
  if (existsSync(program)) return { program };
  const go = onPath('go', `${env['PATH'] ?? ''}:/usr/local/go/bin`);
  if (go === undefined) return { absent: 'there is no Go to build toxiproxy with' };
  await mkdir(defaultCacheDir(), { recursive: true });
  const folder = await mkdtemp(join(defaultCacheDir(), '.new-'));
  try {
    await run(go, ['install', goPackage], { env: { ...env, GOBIN: folder }, timeout: 280_000 });
    renameSync(join(folder, 'server'), program);
    return { program };
  } catch (error) {
    return { absent: `toxiproxy could not be built with Go: ${(error as Error).message.slice(0, 300)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type Toxic =
  | { type: 'latency'; attributes: { latency: number; jitter: number } }
  /** 0: nothing comes through, and nothing is closed. */
  | { type: 'timeout'; attributes: { timeout: 0 } }
  | { type: 'limit_data'; attributes: { bytes: number } };

export type Toxiproxy = {
  /** Listens on one port and passes on to another. */
  add(name: string, ports: { listen: number; upstream: number }): Promise<void>;
  /** Closes every connection and takes no new ones, or is as before. */
  setEnabled(name: string, enabled: boolean): Promise<void>;
  poison(name: string, toxic: Toxic): Promise<void>;
  /** Everything passes everywhere. */
  heal(): Promise<void>;
  healOne(name: string): Promise<void>;
  stop(): Promise<void>;
};

/** @see https://github.com/Shopify/toxiproxy#http-api */
export async function startToxiproxy(
  program: string,
  place: { port: number; logFile: string; runDir: string },
): Promise<Toxiproxy> {
  const port = String(place.port);
  const args = ['-host', '127.0.0.1', '-port', port];
  const child = await startChild({ name: 'toxiproxy', command: program, args, marker: `-port ${port}`, ...place });
  const ask = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok && response.status !== 404) throw new Error(`toxiproxy ${method} ${path}: ${text}`);
  };
  await untilItAnswers(child, () => ask('GET', '/version'));
  return {
    add: (name, { listen, upstream }) =>
      ask('POST', '/proxies', {
        name,
        listen: `127.0.0.1:${listen}`,
        upstream: `127.0.0.1:${upstream}`,
        enabled: true,
      }),
    setEnabled: (name, enabled) => ask('POST', `/proxies/${name}`, { enabled }),
    poison: (name, toxic) =>
      ask('POST', `/proxies/${name}/toxics`, { name: 'poison', stream: 'downstream', toxicity: 1, ...toxic }),
    heal: () => ask('POST', '/reset'),
    healOne: async (name) => {
      await ask('DELETE', `/proxies/${name}/toxics/poison`);
      await ask('POST', `/proxies/${name}`, { enabled: true });
    },
    stop: child.stop,
  };
}

async function untilItAnswers(child: Child, ask: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline || child.alive.aborted) throw error;
      await sleep(50);
    }
  }
}
