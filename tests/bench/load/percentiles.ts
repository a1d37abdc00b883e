export type Percentiles = { p50: number; p95: number; p99: number };

export function percentiles(times: number[]): Percentiles {
  if (times.length === 0) throw new Error('Nothing was measured.');
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
