import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PageTraces } from '#contract/page-traces.ts';
import { PageTrace } from './page-trace.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => setTimeout(work, 16));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a guest’s visit is one trace, whose clicks say when they began and ended; a host’s clicks have one each', () => {
  const sent: PageTraces[] = [];
  const trace = new PageTrace((traces) => sent.push(traces));
  const held = trace.begin('hold', 'public');
  vi.advanceTimersByTime(300);
  held.end();
  const signed = trace.begin('sign', 'guest');
  signed.end();
  vi.advanceTimersByTime(1_000);
  expect(sent).toHaveLength(1);
  const { spans } = PageTraces.parse(sent[0]);
  expect(spans.map(({ name, startedAt, endedAt }) => [name, endedAt - startedAt])).toEqual([
    ['hold', 300],
    ['sign', 0],
  ]);
  const traceOf = (traceparent: string) => traceparent.split('-')[1];
  expect(traceOf(signed.traceparent)).toBe(traceOf(held.traceparent));
  const [first, second] = [trace.begin('hostCancel', 'host'), trace.begin('hostCancel', 'host')];
  expect(traceOf(first.traceparent)).not.toBe(traceOf(second.traceparent));
});

test('news that carry a trace are shown once the page has drawn them; others begin none, nor do public ones', () => {
  const sent: PageTraces[] = [];
  const trace = new PageTrace((traces) => sent.push(traces));
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const at = '2026-12-01T09:00:00Z';
  trace.heard({ kind: 'booking', position: 1, type: 'booking.confirmed', bookingId: 'b', at, traceparent });
  trace.heard({ kind: 'booking', position: 2, type: 'booking.completed', bookingId: 'b', at });
  trace.heard({ kind: 'slot', position: 3, state: 'held', from: at, to: at });
  vi.advanceTimersByTime(2_000);
  expect(sent.flatMap(({ spans }) => spans)).toEqual([
    expect.objectContaining({ kind: 'shown', name: 'booking.confirmed', causedBy: traceparent }),
  ]);
});

test('however much happens at once, each report is one that the server takes', () => {
  const sent: PageTraces[] = [];
  const trace = new PageTrace((traces) => sent.push(traces));
  for (let count = 0; count < 45; count += 1) trace.begin('hold', 'public').end();
  trace.flush();
  expect(sent.map((traces) => PageTraces.parse(traces).spans.length)).toEqual([20, 20, 5]);
});
