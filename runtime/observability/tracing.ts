import { context, propagation, trace } from '@opentelemetry/api';
import { givenIds } from '#integrations/tracing/spans.ts';
import { currentTrace } from '#integrations/tracing/trace-context.ts';
import type { Config } from '../config.ts';

export type Tracing = { close(): Promise<void> };

const none: Tracing = { close: async () => {} };
const sendTimeoutMs = 2_000;

/**
 * From here on this process sends its spans to OTEL_EXPORTER_OTLP_ENDPOINT, in batches; OpenTelemetry's SDK is loaded only then. A collector
 * that is away costs spans, never a request.
 */
export async function openTracing({ traces, deployment }: TracingConfig, processName: string): Promise<Tracing> {
  if (traces === undefined) return none;
  const [sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, { resourceFromAttributes }, core] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/core'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${traces.endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: traces.headers,
    timeoutMillis: sendTimeoutMs,
  });
  const random = new sdk.RandomIdGenerator();
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'countersign',
      'service.name': `countersign-${processName}`,
      'deployment.environment.name': deployment,
    }),
    // By the trace's id alone: what one process sends of a trace, all send, whoever began it.
    sampler: new sdk.TraceIdRatioBasedSampler(traces.share),
    idGenerator: {
      generateTraceId: () => givenIds.getStore()?.traceId ?? random.generateTraceId(),
      generateSpanId: () => givenIds.getStore()?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [namesBooking, new sdk.BatchSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  return {
    close: async () => {
      // What cannot be sent any more is lost: spans are worth no delay at the end.
      await provider.shutdown().catch(() => {});
      for (const part of [trace, propagation, context]) part.disable();
    },
  };
}

type TracingConfig = Pick<Config, 'traces' | 'deployment'>;

/** One booking has many traces, from the first click to the reminder weeks later: this finds them all. */
const namesBooking = {
  onStart: (span: { setAttribute(name: string, value: string): unknown }) => {
    const bookingId = currentTrace()?.bookingId;
    if (bookingId !== undefined) span.setAttribute('countersign.booking.id', bookingId);
  },
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};
