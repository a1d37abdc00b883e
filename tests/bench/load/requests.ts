import autocannon from 'autocannon';
import { percentiles, type Percentiles } from './percentiles.ts';

export type LoadAsked = { url: string; connections: number; seconds: number; headers?: Record<string, string> };
export type LoadSeen = Percentiles & { requestsPerSecond: number; failed: number };

/** A process of its own that sends one request over and over, on so many connections at once. */
const asked = JSON.parse(process.argv[2] ?? '') as LoadAsked;
const times: number[] = [];
const { url, connections, seconds, headers } = asked;
const running = autocannon({ url, connections, duration: seconds, ...(headers && { headers }) });
running.on('response', (_client, _status, _bytes, responseMs) => times.push(responseMs));
const { requests, non2xx, errors } = await running;
const seen: LoadSeen = {
  ...percentiles(times),
  requestsPerSecond: requests.total / seconds,
  failed: non2xx + errors,
};
process.stdout.write(JSON.stringify(seen));
