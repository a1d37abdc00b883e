import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { waitForPort } from './ports.ts';

export type EmbeddedNats = { url: string; port: number; child: Child; stop(): Promise<void> };

export type NatsOptions = {
  /** The server's program, see binaries.ts. */
  program: string;
  /** Keeps the configuration file and the streams. */
  dataDir: string;
  port: number;
  logFile: string;
  /** See ChildOptions. */
  runDir: string;
};

/** NATS with JetStream on disk. Acknowledged means written: without `sync_interval: always` a power cut loses events. */
export async function startNats(options: NatsOptions): Promise<EmbeddedNats> {
  mkdirSync(options.dataDir, { recursive: true });
  const configFile = join(options.dataDir, 'nats.conf');
  writeFileSync(configFile, configuration(options));
  const child = await startChild({
    name: 'NATS',
    command: options.program,
    args: ['-c', configFile],
    logFile: options.logFile,
    runDir: options.runDir,
    marker: configFile,
    stopSignal: 'SIGTERM',
  });
  await waitForPort(options.port, 20_000, child.alive).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  return { url: `nats://127.0.0.1:${options.port}`, port: options.port, child, stop: child.stop };
}

function configuration({ port, dataDir }: NatsOptions): string {
  return [
    'server_name: countersign',
    'host: 127.0.0.1',
    `port: ${port}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(dataDir, 'jetstream'))}`,
    '  sync_interval: always',
    '  max_memory_store: 64MB',
    '  max_file_store: 4GB',
    '}',
    '',
  ].join('\n');
}
