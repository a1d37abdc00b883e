import { expect, test } from 'vitest';
import { parseNatsServers } from './nats-servers.ts';

test('name and password in one address are used for every server of the list', () => {
  expect(parseNatsServers('nats://one:4222,nats://app:p%40ss@two:4222')).toEqual({
    servers: ['nats://one:4222', 'nats://two:4222'],
    login: { user: 'app', pass: 'p@ss' },
    tls: false,
  });
});

test('a name alone is a token, and tls in one address demands it of all', () => {
  expect(parseNatsServers('tls://s3cret@one:4222,nats://two:4222')).toMatchObject({
    login: { token: 's3cret' },
    tls: true,
  });
});

test('without a name there is no login', () => {
  expect(parseNatsServers('nats://127.0.0.1:14222').login).toBeUndefined();
});
