import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOrganizationAuthority, rootCertificatePem } from '#integrations/signing/builtin/authority.ts';
import { ConfigError, type Environment, loadConfig, loadPromotionConfig, loadStartConfig } from './config.ts';
import { envExample } from './env-example.ts';

const complete = {
  MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  DATABASE_URL: 'postgres://countersign_app:s3cret@db:5432/countersign',
  NATS_URL: 'nats://one:4222,nats://two:4222',
  TEMPORAL_ADDRESS: 'temporal:7233',
} satisfies Environment;

function problemsOf(env: Environment, load: (env: Environment) => unknown = loadConfig): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a process that gets its addresses', () => {
  test('has a default for everything else', () => {
    const config = loadConfig(complete);
    expect(config.http).toEqual({ port: 4400, publicUrl: 'http://localhost:4400', trustedProxies: 0 });
    expect(config.limits).toEqual({ readsPerMinute: 1200, holdsPerMinute: 120, attemptsPerMinute: 20 });
    expect(config.nats.servers).toEqual(['nats://one:4222', 'nats://two:4222']);
    expect(config.masterKeys).toEqual([{ id: '1', key: Buffer.alloc(32, 7) }]);
    expect(config.signing).toEqual({ provider: 'builtin' });
    expect(config.storage).toEqual({ driver: 'file', dir: join(config.stateDir, 'documents') });
    expect(config.mail).toMatchObject({ driver: 'mailbox', from: { address: 'bookings@countersign.example' } });
  });

  test('hears about every missing address at once', () => {
    const named = problemsOf({}).map((problem) => problem.split(' ')[0]);
    expect(named).toEqual(['MASTER_KEY', 'DATABASE_URL', 'NATS_URL', 'TEMPORAL_ADDRESS']);
  });

  test('takes several master keys, the newest first, while one replaces another', () => {
    const older = complete.MASTER_KEY;
    const newer = Buffer.alloc(32, 9).toString('base64');
    expect(loadConfig({ ...complete, MASTER_KEY: `2=${newer},1=${older}` }).masterKeys).toEqual([
      { id: '2', key: Buffer.alloc(32, 9) },
      { id: '1', key: Buffer.alloc(32, 7) },
    ]);
  });

  test('takes no two master keys under one id: what either encrypts could not be told apart', () => {
    const [one, other] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
    for (const MASTER_KEY of [`${one},${other}`, `1=${one},${other}`, `2=${one},2=${other}`])
      expect(problemsOf({ ...complete, MASTER_KEY })).toEqual([expect.stringContaining('an id of its own')]);
  });

  test('takes certificates one after the other, with line breaks as \\n', async () => {
    const made = ['One', 'Two'].map((organizationName) =>
      createOrganizationAuthority({ organizationName, now: new Date() }),
    );
    const authorities = await Promise.all(made);
    const TIMESTAMP_AUTHORITY_ROOTS = authorities.map(rootCertificatePem).join('').replaceAll('\n', '\\n');
    const { timestampRoots } = loadConfig({ ...complete, TIMESTAMP_AUTHORITY_ROOTS });
    expect(timestampRoots.map((der) => Buffer.from(der))).toEqual(
      authorities.map(({ authority }) => Buffer.from(authority.certificateChain[0] ?? [])),
    );
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    for (const wrong of ['timestamps.pem', broken])
      expect(problemsOf({ ...complete, TIMESTAMP_AUTHORITY_ROOTS: wrong })).toEqual([
        expect.stringContaining('must be one or more certificates, as PEM'),
      ]);
  });

  test.each([
    ['SMTP_URL', 'smtps://user:100%@mail.example.com'],
    ['NATS_URL', 'nats://app:100%@one:4222'],
    ['DATABASE_URL', 'postgres://countersign_app:100%@db:5432/countersign'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=100%'],
  ])('names %s, and does not show it, when a % in it is not written as %25', (name, value) => {
    const [problem, ...others] = problemsOf({
      ...complete,
      MAIL_DRIVER: 'smtp',
      SMTP_URL: 'smtp://mail',
      [name]: value,
    });
    expect(problem).toMatch(new RegExp(`^${name} is not right: .*%25`));
    expect(others).toEqual([]);
  });

  test('treats an empty variable as one that is left out', () => {
    expect(loadConfig({ ...complete, PORT: '', LOG_LEVEL: '' }).http.port).toBe(4400);
  });
});

describe('a value that is wrong', () => {
  test.each([
    ['PORT', '99999', 'PORT is "99999": it must be a whole number from 1 to 65535.'],
    ['PORT', '80a', 'PORT is "80a": it must be a whole number from 1 to 65535.'],
    [
      'WORKER_QUEUES',
      'bookings,letters',
      'WORKER_QUEUES is "bookings,letters": it must be some of bookings, documents, mail, separated by commas.',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud": it must be one of trace, debug, info, warn, error, silent.'],
    [
      'PUBLIC_URL',
      'example.com',
      'PUBLIC_URL is "example.com": it must be a URL that starts with http:// or https://.',
    ],
    ['TEMPORAL_ADDRESS', 'temporal', 'TEMPORAL_ADDRESS is "temporal": it must be host:port, such as 127.0.0.1:7233.'],
    ['S3_FORCE_PATH_STYLE', 'yes', 'S3_FORCE_PATH_STYLE is "yes": it must be one of true, false.'],
  ])('%s=%s is named with what it may be', (name, value, sentence) => {
    expect(problemsOf({ ...complete, [name]: value })).toEqual([sentence]);
  });

  test('of a secret is not repeated', () => {
    const [problem] = problemsOf({ ...complete, DATABASE_URL: 'mysql://user:hunter2@db/x' });
    expect(problem).toBe('DATABASE_URL is not right: it must be a URL that starts with postgres:// or postgresql://.');
    expect(problemsOf({ ...complete, MASTER_KEY: 'c2hvcnQ=' })[0]).toMatch(
      /^MASTER_KEY is not right: it must be 32 bytes/,
    );
  });
});

describe('drivers', () => {
  test('DocuSign is not chosen without all that it needs', () => {
    const named = problemsOf({ ...complete, SIGNING_PROVIDER: 'docusign' }).map((problem) => problem.split(' ')[0]);
    expect(named).toEqual([
      'DOCUSIGN_BASE_URL',
      'DOCUSIGN_ACCOUNT_ID',
      'DOCUSIGN_INTEGRATION_KEY',
      'DOCUSIGN_USER_ID',
      'DOCUSIGN_PRIVATE_KEY',
      'DOCUSIGN_WEBHOOK_KEY',
    ]);
  });

  test.each([
    ['smtps://ann:p%40ss@mail.example', { port: 465, security: 'tls', auth: { user: 'ann', password: 'p@ss' } }],
    ['smtp://mail.example', { port: 587, security: 'starttls', auth: null }],
    ['smtp://mail.example:2525?tls=none', { port: 2525, security: 'none', auth: null }],
  ])('SMTP_URL %s says how to connect', (url, expected) => {
    expect(loadConfig({ ...complete, MAIL_DRIVER: 'smtp', SMTP_URL: url }).mail).toMatchObject({
      host: 'mail.example',
      ...expected,
    });
  });

  test('S3 needs a bucket and its keys', () => {
    const named = problemsOf({ ...complete, STORAGE_DRIVER: 's3' }).map((problem) => problem.split(' ')[0]);
    expect(named).toEqual(['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']);
  });
});

test('production refuses a mailbox that sends nothing, and an unknown public address', () => {
  const named = problemsOf({ ...complete, NODE_ENV: 'production' }).map((problem) => problem.split(' ')[0]);
  expect(named).toEqual(['PUBLIC_URL', 'MAIL_DRIVER']);
});

describe('promote', () => {
  test('needs Temporal and a version, and neither database, stream nor keys', () => {
    const { temporal, buildId } = loadPromotionConfig({ TEMPORAL_ADDRESS: 'temporal:7233', WORKER_BUILD_ID: '1.4.0' });
    expect([temporal.address, temporal.namespace, buildId]).toEqual(['temporal:7233', 'countersign', '1.4.0']);
  });

  test('hears about both at once', () => {
    const named = problemsOf({}, loadPromotionConfig).map((problem) => problem.split(' ')[0]);
    expect(named).toEqual(['TEMPORAL_ADDRESS', 'WORKER_BUILD_ID']);
  });
});

describe('npm start', () => {
  test('needs nothing', () => {
    const config = loadStartConfig({});
    expect(config.databaseUrl).toBeUndefined();
    expect(config.embeddedPorts).toEqual({ postgres: 15432, nats: 14222, temporal: 17233, temporalUi: 18233 });
  });

  test('with a database of its own choice needs the role that migrates it', () => {
    const [problem] = problemsOf({ DATABASE_URL: complete.DATABASE_URL }, loadStartConfig);
    expect(problem).toMatch(/^MIGRATION_DATABASE_URL is not set/);
  });
});

test('.env.example explains every setting as the code has it', () => {
  const file = readFileSync(join(import.meta.dirname, '..', '.env.example'), 'utf8');
  expect(file).toBe(envExample());
});

test('the environment of temporal-config follows from NODE_ENV unless it is named', () => {
  const production = {
    ...complete,
    NODE_ENV: 'production',
    PUBLIC_URL: 'https://book.example.com',
    MAIL_DRIVER: 'postmark',
    POSTMARK_TOKEN: 'token',
  };
  expect(loadConfig(complete).deployment).toBe('development');
  expect(loadConfig(production).deployment).toBe('production');
  expect(loadConfig({ ...production, DEPLOYMENT_ENVIRONMENT: 'staging' }).deployment).toBe('staging');
});
