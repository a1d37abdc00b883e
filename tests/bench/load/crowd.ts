import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';

export type CrowdAsked = { url: string; bodies: unknown[] };
/** Each answer's status and how long it took, in the order of the bodies. */
export type CrowdSeen = { status: number; ms: number }[];

/**
 * A process of its own that sends all bodies at once, each on a connection of its own. Bare sockets: what a thousand guests' machines do beside
 * each other is all done here, on a processor that the product needs, and an HTTP client's work for them took longer than the answers.
 */
let text = '';
for await (const part of process.stdin) text += String(part);
const { url, bodies } = JSON.parse(text) as CrowdAsked;
const { hostname, port, pathname, host } = new URL(url);

function post(request: string): Promise<CrowdSeen[number]> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (part) => (answer += String(part)));
    socket.on('error', reject);
    socket.on('end', () => {
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
      if (status === undefined) reject(new Error(`No answer, but: ${answer.slice(0, 100)}`));
      else resolve({ status: Number(status), ms: performance.now() - started });
    });
  });
}

function requestOf(body: unknown): string {
  const json = JSON.stringify(body);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(json)}`,
    `idempotency-key: ${randomUUID()}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${json}`;
}

process.stdout.write(JSON.stringify(await Promise.all(bodies.map(requestOf).map(post))));
