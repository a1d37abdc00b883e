import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildHost, buildMeetingType } from '#tests/people.ts';
import { percentiles } from './load/percentiles.ts';
import type { Bench, BenchRow } from './report.ts';
import { withSystem, type BenchSystem } from './system/bench-system.ts';
import { halfHours, postHold, untilQuiet } from './system/bookings.ts';
import { processorTimeOf } from './system/processor-time.ts';

const holds = 100;

type Side = { hold(): Promise<void>; processorMs(): number; times: number[] };

/** What tracing costs a hold: two whole systems side by side, one of which sends every span to a collector, asked in turn. */
export const bench: Bench = async () => {
  const collector = await startCollector();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  try {
    return await withSystem((plain) => withSystem((tracing) => compare(plain, tracing, collector), traced));
  } finally {
    collector.close();
  }
};

async function compare(plain: BenchSystem, tracing: BenchSystem, collector: Collector): Promise<BenchRow[]> {
  const sides = await Promise.all([sideOf(plain), sideOf(tracing)]);
  for (let warm = 0; warm < 10; warm += 1) for (const side of sides) await side.hold();
  for (const side of sides) side.times.length = 0;
  const before = sides.map((side) => side.processorMs());
  for (let turn = 0; turn < holds; turn += 1) for (const side of sides) await side.hold();
  const [without = NaN, withSpans = NaN] = sides.map(
    (side, index) => (side.processorMs() - (before[index] ?? 0)) / holds,
  );
  const [plainTimes, tracedTimes] = sides.map(({ times }) => percentiles(times));
  const row = (name: string, figure = NaN, unit = 'ms'): BenchRow => ({ name, figure, unit, better: 'lower' });
  return [
    row('hold, no tracing: p50', plainTimes?.p50),
    row('hold, every span sent: p50', tracedTimes?.p50),
    row('hold, no tracing: p95', plainTimes?.p95),
    row('hold, every span sent: p95', tracedTimes?.p95),
    row('processor time of api and worker for a booking, no tracing', without),
    row('processor time of api and worker for a booking, every span sent', withSpans),
    row('batches of spans that came', collector.batches(), ''),
  ];
}

async function sideOf(system: BenchSystem): Promise<Side> {
  const type = await buildMeetingType(system, await buildHost(system));
  const slots = halfHours();
  const times: number[] = [];
  const pids = ['api', 'worker'].map((name) => system.processIds.get(name) ?? 0);
  const hold = async (): Promise<void> => {
    const started = performance.now();
    await postHold(system, type, slots());
    times.push(performance.now() - started);
    await untilQuiet(system);
  };
  return { hold, processorMs: () => pids.reduce((sum, pid) => sum + processorTimeOf(pid), 0), times };
}

type Collector = { url: string; batches(): number; close(): void };

/** Takes whatever is sent to it, and forgets it. */
async function startCollector(): Promise<Collector> {
  let batches = 0;
  const server = createServer((request, response) => {
    batches += 1;
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, batches: () => batches, close: () => void server.close() };
}
