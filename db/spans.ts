import { context, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { DatabasePool, Interceptor } from 'slonik';

/**
 * A span for each statement and transaction that is part of something traced: with the statement's text as it stands in the source, where
 * values are `$1`, `$2`; never with a value.
 */
export const traceStatements: Interceptor = {
  name: 'trace-statements',
  beforeQueryExecution: ({ queryId }, query) => {
    if (trace.getActiveSpan()) underWay.set(queryId, begin(nameOf(query.sql), { 'db.query.text': query.sql }));
    return null;
  },
  afterQueryExecution: ({ queryId }) => ended(queryId),
  queryExecutionError: ({ queryId }, _query, error) => ended(queryId, error),
};

const underWay = new Map<string, Span>();

function begin(name: string, attributes: Record<string, string> = {}): Span {
  return trace.getTracer('countersign').startSpan(name, {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', ...attributes },
  });
}

function ended(queryId: string, error?: Error): null {
  const span = underWay.get(queryId);
  underWay.delete(queryId);
  if (span && error) fail(span, error);
  span?.end();
  return null;
}

/** A driver's message may quote a row: its kind is enough here. */
function fail(span: Span, error: unknown): void {
  const kind = error instanceof Error ? error.name : typeof error;
  span.setAttribute('error.type', kind).setStatus({ code: SpanStatusCode.ERROR, message: kind });
}

/** `insert booking`: what a statement does first, and to what. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const [, verb = 'query'] = /^\s*(\w+)/.exec(text) ?? [];
  const [, table = ''] = /\b(?:from|into|update|join)\s+"?([a-z_]\w*)/i.exec(text) ?? [];
  const name = `${verb.toLowerCase()} ${table}`.trimEnd();
  names.set(text, name);
  return name;
}
const names = new Map<string, string>();

/** Gives transactions their span; statements inside are its children. */
export function traceTransactions(pool: DatabasePool): DatabasePool {
  return {
    ...pool,
    transaction: async (work, retryLimit) => {
      if (!trace.getActiveSpan()) return pool.transaction(work, retryLimit);
      const span = begin('transaction');
      try {
        return await context.with(trace.setSpan(context.active(), span), () => pool.transaction(work, retryLimit));
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
  };
}

/** W3C `traceparent` of what is under way, for what is written down to leave later; undefined where nothing is traced. */
export function traceparentNow(): string | undefined {
  const now = trace.getActiveSpan()?.spanContext();
  return now && `00-${now.traceId}-${now.spanId}-${now.traceFlags.toString(16).padStart(2, '0')}`;
}
