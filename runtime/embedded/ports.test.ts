import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePorts, isPortFree, PortTaken, requireFreePort, waitForPort } from './ports.ts';

async function listening(): Promise<{ port: number; close(): Promise<unknown> }> {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}

test('free ports are all different, and free', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(await isPortFree(ports[0] ?? 0)).toBe(true);
});

test('a taken port is named in one sentence, with the setting that changes it and a port that would do', async () => {
  const { port, close } = await listening();
  const refusal = await requireFreePort(port, 'NATS', 'EMBEDDED_NATS_PORT').catch((error: unknown) => error);
  await close();
  expect(refusal).toBeInstanceOf(PortTaken);
  const { message } = refusal as PortTaken;
  expect(message).toMatch(new RegExp(`^Port ${port}, which NATS would use, is taken .* EMBEDDED_NATS_PORT=\\d+\\.$`));
  expect(await isPortFree(Number(/=(\d+)/.exec(message)?.[1]))).toBe(true);
});

test('waiting for a port ends when the process that should open it has ended', async () => {
  const [port = 0] = await freePorts(1);
  const ended = AbortSignal.abort(new Error('NATS ended (code 1)'));
  await expect(waitForPort(port, 60_000, ended)).rejects.toThrow('NATS ended (code 1)');
});

test('waiting for a port ends when somebody listens', async () => {
  const { port, close } = await listening();
  await waitForPort(port, 1000, new AbortController().signal);
  await close();
});
