import { type AddressInfo, connect, createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** A port of 127.0.0.1 that nothing listens on now. Somebody else can take it before it is used: use it at once. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Different free ports, as many as asked for. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

export function isPortFree(port: number, host = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** A port that is taken: the message is one sentence for the person at the terminal. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
}

/**
 * @param setting the environment variable that chooses this port
 * @throws PortTaken
 */
export async function requireFreePort(port: number, server: string, setting: string): Promise<void> {
  if (await isPortFree(port)) return;
  throw new PortTaken(
    `Port ${port}, which ${server} would use, is taken by another program: stop that program, or choose another port, ` +
      `for example ${setting}=${await freePort()}.`,
  );
}

/** Resolves when something accepts connections there. @throws after `timeoutMs` */
export async function waitForPort(port: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await accepts(port))) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`nothing listens on port ${port} after ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: LOOPBACK, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
