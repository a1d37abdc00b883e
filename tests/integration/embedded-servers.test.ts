import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { Connection } from '@temporalio/client';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findProgram } from '#runtime/embedded/binaries.ts';
import { freePorts, isPortFree } from '#runtime/embedded/ports.ts';
import { startNats } from '#runtime/embedded/nats.ts';
import { startPostgres } from '#runtime/embedded/postgres.ts';
import { startTemporal } from '#runtime/embedded/temporal.ts';
import { prepareNamespace } from '#runtime/temporal-setup.ts';
import searchAttributes from '../../temporal-config/search-attributes.json' with { type: 'json' };

let dir: string;
const place = (name: string) => ({
  dataDir: join(dir, name),
  logFile: join(dir, 'logs', `${name}.log`),
  runDir: join(dir, 'run'),
});

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'countersign-embedded-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function select(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

test('Postgres starts in a folder that others may not enter, keeps its data, and commits synchronously', async () => {
  const [port = 0] = await freePorts(1);
  const options = { port, superuserPassword: 'of-the-first-start', ...place('postgres') };
  chmodSync(dir, 0o700);
  const first = await startPostgres(options);
  const url = first.url('postgres', options.superuserPassword, 'postgres');
  await select(url, 'create table kept as select 42 as answer');
  const durable = await select(
    url,
    `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'data_checksums') order by 1`,
  );
  expect(durable).toEqual([
    { name: 'data_checksums', setting: 'on' },
    { name: 'fsync', setting: 'on' },
    { name: 'synchronous_commit', setting: 'on' },
  ]);
  await first.stop();
  expect(await isPortFree(port)).toBe(true);
  const second = await startPostgres(options);
  expect(await select(url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await expect(select(second.url('postgres', 'another', 'postgres'), 'select 1')).rejects.toThrow(/password/);
  await second.stop();
  // Somebody put another system's secrets beside this data.
  await expect(startPostgres({ ...options, superuserPassword: 'of-another-system' })).rejects.toThrow(
    /only "masterKey"/,
  );
  expect(await isPortFree(port)).toBe(true);
  expect(readdirSync(join(dir, 'run'))).toEqual([]);
});

test('NATS keeps a stream over a SIGKILL, because what it acknowledged is on disk', async () => {
  const [port = 0] = await freePorts(1);
  const options = { program: await findProgram('nats-server'), port, ...place('nats') };
  const first = await startNats(options);
  expect(readFileSync(join(dir, 'nats', 'nats.conf'), 'utf8')).toContain('sync_interval: always');
  const before = await connect({ servers: first.url, reconnect: false });
  await (await jetstreamManager(before)).streams.add({ name: 'KEPT', subjects: ['kept.>'] });
  await jetstream(before).publish('kept.one', 'still here');
  process.kill(first.child.pid, 'SIGKILL');
  await first.child.ended;
  const second = await startNats(options);
  const after = await connect({ servers: second.url });
  const message = await (await jetstreamManager(after)).streams.getMessage('KEPT', { seq: 1 });
  expect(message?.string()).toBe('still here');
  await after.close();
  await second.stop();
  expect(await isPortFree(port)).toBe(true);
});

test('Temporal starts with its Web UI and its state in a file; its namespace can be prepared again and again', async () => {
  const [port = 0, uiPort = 0] = await freePorts(2);
  const namespace = 'embedded-test';
  const program = await findProgram('temporal');
  const server = await startTemporal({ program, port, uiPort, namespace, ...place('temporal') });
  const connection = { address: server.address };
  const prepare = (retentionDays: number) => prepareNamespace({ connection, namespace, retentionDays });
  await Promise.all([prepare(30), prepare(30)]);
  expect(await prepare(7)).toEqual([`Changed the retention of ${namespace} from 30 to 7 days.`]);
  expect(await prepare(7)).toEqual([]);
  const client = await Connection.connect(connection);
  const { customAttributes } = await client.operatorService.listSearchAttributes({ namespace });
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(Object.keys(searchAttributes)));
  const { config } = await client.workflowService.describeNamespace({ namespace });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(7 * 86_400);
  await client.close();
  expect((await fetch(server.uiUrl ?? '')).status).toBe(200);
  expect(statSync(join(dir, 'temporal', 'temporal.db')).size).toBeGreaterThan(0);
  await server.stop();
  expect(await Promise.all([isPortFree(port), isPortFree(uiPort)])).toEqual([true, true]);
  expect(existsSync(join(dir, 'run', 'temporal.pid'))).toBe(false);
});

test('Temporal picks other ports where somebody took one of those that it picks by itself', async () => {
  const [port = 0] = await freePorts(1);
  const program = join(dir, 'temporal-at-second-try');
  const tried = join(dir, 'tried');
  const fails = `[ -e ${tried} ] || { touch ${tried}; echo 'listen tcp 127.0.0.1:40001: bind: address already in use'; exit 1; }`;
  writeFileSync(program, `#!/bin/sh\n${fails}\nexec ${await findProgram('temporal')} "$@"\n`, { mode: 0o755 });
  const server = await startTemporal({ program, port, namespace: 'second-try', ...place('temporal-second') });
  const client = await Connection.connect({ address: server.address });
  expect((await client.workflowService.describeNamespace({ namespace: 'second-try' })).namespaceInfo?.name).toBe(
    'second-try',
  );
  await client.close();
  await server.stop();
});
