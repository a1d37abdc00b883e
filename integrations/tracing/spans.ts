import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';

/**
 * Spans by OpenTelemetry's facade, which does nothing until a process registers where they go (runtime/observability/tracing.ts). Names and
 * attributes are of operations, steps and ids, never of people; of what went wrong a span has the kind.
 */
export type SpanOptions = {
  kind?: keyof typeof SpanKind;
  attributes?: Attributes;
  /** W3C `traceparent` of what caused it, where that came from elsewhere. Left out: what is under way here. */
  causedBy?: string | undefined;
};

/** Runs `work` inside a span that ends with it. */
export function inSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  const span = beginSpan(name, options);
  return span.run(() => {
    try {
      const result = work();
      if (!(result instanceof Promise)) span.end();
      else
        result.then(
          () => span.end(),
          (error: unknown) => span.fail(error),
        );
      return result;
    } catch (error) {
      span.fail(error);
      throw error;
    }
  });
}

export type OpenSpan = {
  /** What begins in `work` is part of it. */
  run<T>(work: () => T): T;
  describe(name: string, attributes: Attributes): void;
  end(): void;
  fail(error: unknown): void;
};

/** For what does not end with a function, such as a request. */
export function beginSpan(name: string, { kind, attributes, causedBy }: SpanOptions): OpenSpan {
  const parent = causedBy === undefined ? context.active() : contextOf(causedBy);
  const span = tracer().startSpan(
    name,
    { ...(kind && { kind: SpanKind[kind] }), ...(attributes && { attributes }) },
    parent,
  );
  return {
    run: (work) => context.with(trace.setSpan(parent, span), work),
    describe: (betterName, more) => void span.updateName(betterName).setAttributes(more),
    end: () => span.end(),
    fail: (error) => failed(span, error).end(),
  };
}

/** Of an error its kind: its message may name a person. */
function failed(span: Span, error: unknown): Span {
  const kind = error instanceof Error ? error.name : typeof error;
  return span.setAttribute('error.type', kind).setStatus({ code: SpanStatusCode.ERROR, message: kind });
}

/** A span that is over, and was named where no spans can be sent from: in a workflow, in a browser. Times in milliseconds since 1970. */
export type PastSpan = {
  name: string;
  /** 16 hexadecimal digits: what it caused names it already. */
  spanId: string;
  /** Of what caused it. Its trace is that one's; what nobody caused begins the trace `traceId`. */
  causedBy: { traceparent: string } | { traceId: string };
  startedAt: number;
  endedAt: number;
  isFailed?: boolean;
  attributes?: Attributes;
};

export function recordPastSpan(past: PastSpan): void {
  const { name, spanId, causedBy, startedAt, endedAt, isFailed, attributes } = past;
  const isRoot = 'traceId' in causedBy;
  const parent = isRoot ? ROOT_CONTEXT : contextOf(causedBy.traceparent);
  const ids = { spanId, ...(isRoot && { traceId: causedBy.traceId }) };
  const span = givenIds.run(ids, () =>
    tracer().startSpan(name, { startTime: startedAt, ...(attributes && { attributes }) }, parent),
  );
  if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(Math.max(startedAt, endedAt));
}

/** The ids that the next span must have; undefined: any. */
export const givenIds = new AsyncLocalStorage<{ spanId: string; traceId?: string }>();

/** What says to another process that this caused what it does; undefined where no spans are sent. */
export function traceparentNow(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

export const isTraced = (): boolean => trace.getActiveSpan() !== undefined;

const tracer = () => trace.getTracer('countersign');
const contextOf = (traceparent: string): Context => propagation.extract(ROOT_CONTEXT, { traceparent });
