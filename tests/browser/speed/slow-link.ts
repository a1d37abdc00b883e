import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A phone's connection as Lighthouse's "slow 4G" has it: round trip in ms, bits per second towards the phone. */
export const slow4g = { roundTripMs: 150, bitsPerSecond: 1_638_400 };

export type SlowLink = { url: string; close(): Promise<void> };

/**
 * A link to a server that is as slow as said, for all connections together: bytes queue for their turn and travel half a round trip, a new
 * connection costs one. So it slows what a browser's own emulation leaves out (connecting, several files at once on one line).
 */
export async function slowLink(target: string, { roundTripMs, bitsPerSecond } = slow4g): Promise<SlowLink> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let lineFreeAt = 0;
  const arrivesAt = (bytes: number): number => {
    lineFreeAt = Math.max(lineFreeAt, performance.now()) + (bytes * 8_000) / bitsPerSecond;
    return lineFreeAt + roundTripMs / 2;
  };
  const server = createServer((phone) => {
    const site = connect(Number(port), hostname);
    const isConnectedAt = performance.now() + roundTripMs;
    carry(phone, site, () => Math.max(isConnectedAt, performance.now()) + roundTripMs / 2);
    carry(site, phone, arrivesAt);
    for (const socket of [phone, site]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => [phone, site].forEach((each) => each.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** About a packet: what is written at once arrives bit by bit. */
const packetBytes = 1_400;

function carry(from: Socket, to: Socket, arrivalOf: (bytes: number) => number): void {
  let before: Promise<unknown> = Promise.resolve();
  const deliver = (arrival: number, act: () => void) => {
    before = before.then(() => sleep(Math.max(0, arrival - performance.now()))).then(act);
  };
  from.on('data', (data: Buffer) => {
    for (let start = 0; start < data.length; start += packetBytes) {
      const packet = data.subarray(start, start + packetBytes);
      deliver(arrivalOf(packet.length), () => void (to.writable && to.write(packet)));
    }
  });
  from.on('end', () => deliver(0, () => void to.end()));
}
