import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

export type CrowdAsked = { url: string; bodies: unknown[] };
/** Each answer's status and how long it took, in the order of the bodies. */
export type CrowdSeen = { status: number; ms: number }[];

/** A process of its own that sends all bodies at once, each on a connection of its own. */
let text = '';
for await (const part of process.stdin) text += String(part);
const { url, bodies } = JSON.parse(text) as CrowdAsked;
const agent = new Agent({ maxSockets: Infinity, keepAlive: false });

function post(body: unknown): Promise<CrowdSeen[number]> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - started }));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

process.stdout.write(JSON.stringify(await Promise.all(bodies.map(post))));
