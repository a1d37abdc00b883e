import { expect, test } from 'vitest';
import { rootCertificatePem, createOrganizationAuthority } from '#integrations/signing/builtin/authority.ts';
import { loadConfig, type Environment } from '../config.ts';
import { dangerousSettings } from './settings.ts';

const authority = await createOrganizationAuthority({ organizationName: 'Time & Co', now: new Date() });
const production: Environment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://book.example.com',
  TRUSTED_PROXIES: '1',
  MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  DATABASE_URL: 'postgres://countersign_app:x@db.internal/countersign',
  NATS_URL: 'nats://nats-1:4222,nats://nats-2:4222,nats://nats-3:4222',
  NATS_REPLICAS: '3',
  TEMPORAL_ADDRESS: 'temporal:7233',
  MAIL_DRIVER: 'smtp',
  SMTP_URL: 'smtps://user:password@mail.example.com',
  TIMESTAMP_AUTHORITY_URL: 'https://tsa.example.com',
  TIMESTAMP_AUTHORITY_ROOTS: rootCertificatePem(authority),
};
const found = (changes: Environment): string[] =>
  dangerousSettings(loadConfig({ ...production, ...changes })).map(({ what }) => what);

test('a production system that is set up as the documentation says has no dangerous setting', () => {
  expect(found({})).toEqual([]);
});

test('nor has one on a person’s own machine', () => {
  expect(found({ NODE_ENV: 'development', PUBLIC_URL: undefined, TRUSTED_PROXIES: '0' })).toEqual([]);
});

test.each<[string, Environment, RegExp]>([
  ['development settings in public', { NODE_ENV: 'development', MAIL_DRIVER: 'mailbox' }, /^NODE_ENV is not/],
  ['pages without TLS', { PUBLIC_URL: 'http://book.example.com' }, /^PUBLIC_URL begins with http/],
  ['a proxy that is not counted', { TRUSTED_PROXIES: '0' }, /^TRUSTED_PROXIES is 0/],
  ['a stream on one server of three', { NATS_REPLICAS: '1' }, /^NATS_REPLICAS is below 3/],
  ['Temporal in the open', { TEMPORAL_ADDRESS: 'temporal.example.com:7233' }, /^TEMPORAL_TLS is false/],
  ['mail in the open', { SMTP_URL: 'smtp://mail.example.com:25?tls=none' }, /^SMTP_URL says tls=none/],
  ['talkative logs', { LOG_LEVEL: 'debug' }, /^LOG_LEVEL is below info/],
  [
    'times that nobody outside vouches for',
    { TIMESTAMP_AUTHORITY_URL: undefined },
    /^TIMESTAMP_AUTHORITY_URL is not set/,
  ],
  [
    'a timestamp authority that nobody here can check',
    { TIMESTAMP_AUTHORITY_ROOTS: undefined },
    /^TIMESTAMP_AUTHORITY_ROOTS is not set/,
  ],
])('%s are found, once', (_name, changes, expected) => {
  const findings = found(changes);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatch(expected);
});
