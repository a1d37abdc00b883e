import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultQueues, problemsOf, settingNames, unknownSettings } from './known-settings.ts';
import { composeAtHand } from './tools.ts';

const root = join(import.meta.dirname, '..', '..');
const compose = composeAtHand();
if ('absent' in compose) throw new Error(compose.absent);
const dir = mkdtempSync(join(tmpdir(), 'countersign-compose-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const Service = z.object({
  image: z.string(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  mem_limit: z.coerce.number().optional(),
  healthcheck: z.object({ test: z.unknown().optional() }).loose().optional(),
  ports: z.array(z.object({ host_ip: z.string().optional(), published: z.string() }).loose()).default([]),
  volumes: z.array(z.object({ target: z.string() }).loose()).default([]),
});
const Project = z.object({ services: z.record(z.string(), Service) });

/** As an operator fills in secrets.env.example. */
const secrets: Record<string, string> = {
  PUBLIC_URL: 'https://book.example.com',
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  SMTP_URL: 'smtps://user:password@mail.example.com',
  MAIL_FROM: 'Bookings <bookings@example.com>',
};
const passwords = ['POSTGRES', 'COUNTERSIGN_OWNER', 'COUNTERSIGN_APP', 'TEMPORAL_DB', 'NATS'].map(
  (name) => `${name}_PASSWORD`,
);
for (const name of passwords) secrets[name] = Buffer.alloc(24, name).toString('hex');

function config(profile: string, values: Record<string, string>) {
  const file = join(dir, `${profile}.secrets.env`);
  writeFileSync(
    file,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const profileFile = join(root, 'deploy', 'compose', `${profile}.env`);
  const program = 'program' in compose ? compose.program : '';
  // The secrets first: what a profile decides, it decides.
  const profiles = ['--profile', profile, '--profile', 'operator'];
  const args = ['--env-file', file, '--env-file', profileFile, ...profiles, 'config', '--format', 'json'];
  return spawnSync(program, args, { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: dir } });
}

function projectOf(profile: string, more: Record<string, string> = {}) {
  const { status, stdout, stderr } = config(profile, { ...secrets, ...more });
  expect(`${status} ${stderr}`).toBe('0 ');
  return Project.parse(JSON.parse(stdout)).services;
}

const mebibyte = 1024 ** 2;
/** What each takes with 5,000 pages open, in MiB; of the others, at rest. Postgres has its shared buffers besides. */
const measured: Record<string, number> = {
  api: 270,
  worker: 290,
  documents: 545,
  postgres: 629,
  temporal: 178,
  nats: 18,
};
const limitSettingOf = (name: string) => `${name.replace(/-\d$/, '').replaceAll('-', '_').toUpperCase()}_MEMORY_LIMIT`;

const product = ['api', 'worker', 'documents', 'migrate', 'operator'];

describe.each(['staging', 'production'])('docker-compose.yml, profile %s', (profile) => {
  test('gives api, workers and migrate settings that exist, and with which they would start', () => {
    const services = projectOf(profile);
    for (const name of product) {
      const environment = services[name]?.environment ?? {};
      expect(unknownSettings(Object.keys(environment))).toEqual([]);
      const env = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value ?? undefined]));
      expect(problemsOf(env, name === 'migrate' ? 'migrate' : 'other')).toEqual([]);
      expect(env['DEPLOYMENT_ENVIRONMENT']).toBe(profile);
    }
  });

  test('lets an operator change every setting that the file does not decide itself', () => {
    const { environment = {} } = projectOf(profile)['api'] ?? {};
    const decided = [
      'PORT',
      'STATE_DIR',
      'STORAGE_DIR',
      'CHROMIUM_PATH',
      'MIGRATION_DATABASE_URL',
      'COUNTERSIGN_CACHE_DIR',
    ];
    const missing = settingNames.filter((name) => !Object.hasOwn(environment, name) && !decided.includes(name));
    // Temporal is the file's own, what a worker does its services', and nothing is embedded.
    expect(missing.filter((name) => !/^(TEMPORAL|WORKER|EMBEDDED)_/.test(name))).toEqual([]);
  });

  test('has one worker for each kind of work', () => {
    const { worker, documents } = projectOf(profile);
    const queues = [worker, documents].map((service) => service?.environment['WORKER_QUEUES']);
    expect(queues.join(',').split(',')).toEqual(defaultQueues);
  });

  test('keeps the processes from writing anywhere but to their state, and from more rights', () => {
    const services = projectOf(profile);
    for (const name of product) {
      expect(services[name]).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    }
  });

  test('gives each service a limit of memory, at least three times what it was measured to take', () => {
    for (const [name, { mem_limit: limit = 0 }] of Object.entries(projectOf(profile))) {
      const needed = (measured[name.replace(/-\d$/, '')] ?? 64) * 3 * mebibyte;
      expect([name, limit >= needed]).toEqual([name, true]);
    }
  });

  test('lets an operator change the limit of each', () => {
    const names = Object.keys(projectOf(profile));
    const asked = Object.fromEntries(names.map((name) => [limitSettingOf(name), '5g']));
    const limits = Object.values(projectOf(profile, asked)).map(({ mem_limit: limit }) => limit);
    expect(new Set(limits)).toEqual(new Set([5 * 1024 * mebibyte]));
  });

  test('lets nobody outside this host reach databases, streams, the engine or its pages', () => {
    const { proxy, ...others } = projectOf(profile);
    expect(proxy?.ports.map(({ published }) => published)).toEqual(['80', '443', '443']);
    const published = Object.values(others).flatMap(({ ports }) => ports);
    expect(published.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
  });

  test('watches the health of every server that others wait for', () => {
    const services = projectOf(profile);
    const servers = Object.keys(services).filter(
      (name) => name === 'postgres' || name === 'temporal' || name.startsWith('nats'),
    );
    expect(servers).toHaveLength(profile === 'production' ? 5 : 3);
    for (const name of servers) expect(services[name]?.healthcheck?.test).toBeTruthy();
  });

  test.each(['MASTER_KEY', 'PUBLIC_URL', ...passwords])('refuses to start without %s, by name', (name) => {
    const { status, stderr } = config(profile, { ...secrets, [name]: '' });
    expect(status).not.toBe(0);
    expect(stderr).toContain(name);
  });
});

test('production runs three NATS servers, and keeps three copies', () => {
  const { api, ...services } = projectOf('production');
  expect(api?.environment['NATS_REPLICAS']).toBe('3');
  const servers = (api?.environment['NATS_URL'] ?? '').split(',').map((address) => new URL(address).hostname);
  expect(servers.filter((name) => !Object.hasOwn(services, name))).toEqual([]);
  expect(servers).toHaveLength(3);
});

test('secrets.env.example names what has to be filled in, and nothing else', () => {
  const names = readFileSync(join(root, 'deploy', 'compose', 'secrets.env.example'), 'utf8').match(/^[A-Z_]+(?==)/gm);
  expect(names?.toSorted()).toEqual(Object.keys(secrets).toSorted());
});
