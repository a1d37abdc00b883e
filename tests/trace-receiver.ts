import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as OTLP's JSON has it, with its attributes as an object, and who sent it. */
export type ReceivedSpan = {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  kind: number;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  attributes: Record<string, string | number>;
  hasFailed: boolean;
};

export type TraceReceiver = {
  url: string;
  spans: ReceivedSpan[];
  /** All that came, as it came. */
  text(): string;
  /** Of each request. */
  authorizations: (string | undefined)[];
  close(): void;
};

type Attribute = { key: string; value: { stringValue?: string; intValue?: number; doubleValue?: number } };
type Export = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Record<string, unknown> & { attributes: Attribute[]; status: { code?: number } })[] }[];
  }[];
};

/** An OpenTelemetry collector's side: takes spans at POST /v1/traces, OTLP in JSON. */
export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(body);
      authorizations.push(request.headers.authorization);
      spans.push(...spansOf(JSON.parse(body) as Export));
      response.writeHead(request.url === '/v1/traces' ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => bodies.join('\n'),
    authorizations,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function spansOf({ resourceSpans }: Export): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        service: String(objectOf(resource.attributes)['service.name']),
        traceId: String(span['traceId']),
        spanId: String(span['spanId']),
        parentSpanId: span['parentSpanId'] === undefined ? undefined : String(span['parentSpanId']),
        name: String(span['name']),
        kind: Number(span['kind']),
        startedAt: Number(span['startTimeUnixNano']) / 1e6,
        endedAt: Number(span['endTimeUnixNano']) / 1e6,
        attributes: objectOf(span.attributes),
        hasFailed: span.status.code === 2,
      })),
  );
}

function objectOf(attributes: readonly Attribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.doubleValue ?? '']),
  );
}
