import type { PageSpan } from '#contract/page-traces.ts';
import { recordPastSpan } from '#integrations/tracing/spans.ts';
import type { Handlers } from '../route.ts';

/**
 * Where a trace begins and ends: with the click, and with what was shown of it. Whoever can reach the pages can send this; it says nothing but
 * names and times, and a request that was long ago is none.
 */
export function pageTraceRoutes(): Pick<Handlers, 'reportPageTraces'> {
  return {
    reportPageTraces: async ({ body }) => {
      const clockDifference = Date.now() - body.sentAt;
      for (const span of body.spans) {
        if (body.sentAt - span.startedAt > longestMs) continue;
        const startedAt = span.startedAt + clockDifference;
        const endedAt = span.endedAt + clockDifference;
        recordPastSpan({
          name: `${span.kind} ${span.name}`,
          spanId: span.spanId,
          startedAt,
          endedAt,
          ...causeOf(span),
        });
      }
    },
  };
}

const longestMs = 10 * 60_000;
const inPage = { 'countersign.place': 'page' };

const causeOf = (span: PageSpan) => ({
  attributes: inPage,
  causedBy: span.kind === 'click' ? { traceId: span.traceId } : { traceparent: span.causedBy },
});
