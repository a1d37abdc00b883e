/** Half-open span of time [start, end), epoch milliseconds: what ends at nine does not touch what starts at nine. */
export type Interval = { readonly start: number; readonly end: number };

export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

export function contains(outer: Interval, inner: Interval): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Sorted, disjoint, empty ones dropped; overlapping and touching ones are one. */
export function union(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter((interval) => interval.start < interval.end).sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  for (const interval of sorted) {
    const last = merged[merged.length - 1];
    if (last === undefined || interval.start > last.end) merged.push(interval);
    else if (interval.end > last.end) merged[merged.length - 1] = { start: last.start, end: interval.end };
  }
  return merged;
}

/** What two unions share. Both must be sorted and disjoint, as `union` returns them. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const shared: Interval[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i]!, b[j]!];
    const start = Math.max(left.start, right.start);
    const end = Math.min(left.end, right.end);
    if (start < end) shared.push({ start, end });
    if (left.end < right.end) i += 1;
    else j += 1;
  }
  return shared;
}

/** What is left of `from` without `taken`. Both must be sorted and disjoint, as `union` returns them. */
export function subtract(from: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const left: Interval[] = [];
  let first = 0;
  for (const interval of from) {
    let start = interval.start;
    while (first < taken.length && taken[first]!.end <= start) first += 1;
    for (let i = first; i < taken.length && taken[i]!.start < interval.end; i += 1) {
      if (taken[i]!.start > start) left.push({ start, end: taken[i]!.start });
      start = Math.max(start, taken[i]!.end);
    }
    if (start < interval.end) left.push({ start, end: interval.end });
  }
  return left;
}
