import type { LiveNews } from '#contract/live.ts';
import type { PageSpan, PageTraces } from '#contract/page-traces.ts';
import type { CallTracer } from './client.ts';

/** Soon after what happened, together with what happens meanwhile. */
const sendAfterMs = 1_000;
const mostAtOnce = 20;

/**
 * Where the server sends traces, its page begins them: each click that changes something says which trace it begins, and when what it asked
 * for is shown, that is said too. What a guest does in one visit is one trace; a host's clicks each have their own.
 */
export class PageTrace implements CallTracer {
  readonly #visit = randomHex(16);
  readonly #send: (traces: PageTraces) => void;
  #waiting: PageSpan[] = [];

  constructor(send: (traces: PageTraces) => void = beacon) {
    this.#send = send;
  }

  begin(route: string, audience: string): { traceparent: string; end: () => void } {
    const traceId = audience === 'host' ? randomHex(16) : this.#visit;
    const spanId = randomHex(8);
    const startedAt = Date.now();
    return {
      traceparent: `00-${traceId}-${spanId}-01`,
      end: () => this.#add({ kind: 'click', name: route, traceId, spanId, startedAt, endedAt: Date.now() }),
    };
  }

  /** News of a booking arrived; they are shown when the browser has drawn what they changed. */
  heard(news: LiveNews): void {
    if (news.kind !== 'booking' || news.traceparent === undefined) return;
    const { type, traceparent: causedBy } = news;
    const startedAt = Date.now();
    requestAnimationFrame(() =>
      setTimeout(() => {
        this.#add({ kind: 'shown', name: type, spanId: randomHex(8), causedBy, startedAt, endedAt: Date.now() });
      }),
    );
  }

  /** Sends what waits: before the page goes. */
  flush(): void {
    const spans = this.#waiting.splice(0, mostAtOnce);
    if (spans.length > 0) this.#send({ sentAt: Date.now(), spans });
    if (this.#waiting.length > 0) this.flush();
  }

  #add(span: PageSpan): void {
    this.#waiting.push(span);
    if (this.#waiting.length === 1) setTimeout(() => this.flush(), sendAfterMs);
  }
}

function beacon(traces: PageTraces): void {
  navigator.sendBeacon('/api/v1/page-traces', new Blob([JSON.stringify(traces)], { type: 'application/json' }));
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}
