import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { kindOfFailure } from './failure-kind.ts';

class NoDisk extends Error {
  override readonly name = 'NoDisk';
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a failure is called by its class', () => {
  expect(kindOfFailure(new NoDisk('Grace’s agreement'))).toBe('NoDisk');
  expect(kindOfFailure(Object.assign(new NoDisk(), { code: 'ENOSPC' }))).toBe('NoDisk');
});

test('one that the system refused is called by the system’s code, and never by its words', async () => {
  expect(kindOfFailure(await failureOf(mkdir(`${import.meta.filename}/grace`)))).toBe('ENOTDIR');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  expect(kindOfFailure(await failureOf(fetch(`http://127.0.0.1:${port}/grace`)))).toBe('ECONNREFUSED');
});

test('what says nothing of itself is an Error', () => {
  expect(kindOfFailure(new Error('Grace'))).toBe('Error');
  expect(kindOfFailure(Object.assign(new Error(), { code: 'grace@example.org' }))).toBe('Error');
  expect(kindOfFailure('Grace')).toBe('Error');
});
