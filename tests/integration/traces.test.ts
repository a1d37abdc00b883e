import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { io, type Socket } from 'socket.io-client';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { BookingCreated } from '#contract/bookings.ts';
import type { BookingNews } from '#contract/live.ts';
import { workflowBundle } from '#runtime/workflow-bundle.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { freePort } from '#runtime/embedded/ports.ts';
import {
  buildHost,
  buildMeetingType,
  eventually,
  findSlot,
  grace,
  openSigning,
  untilStatus,
  type Reachable,
  type TestHost,
} from '#tests/people.ts';
import { endProcess, startProcess } from '#tests/product-processes.ts';
import { startProduct, type Product } from '#tests/product.ts';
import { startTraceReceiver, type ReceivedSpan, type TraceReceiver } from '#tests/trace-receiver.ts';

const root = join(import.meta.dirname, '..', '..');
const { History } = temporal.api.history.v1;
let receiver: TraceReceiver;
let product: Product;
let reached: Reachable;
let host: TestHost;
const processes: ChildProcess[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  receiver = await startTraceReceiver();
  product = await startProduct({ startWorker: false });
  const port = await freePort();
  const env = {
    ...product.env,
    PORT: String(port),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20of-the-collector',
  };
  processes.push(...(await Promise.all([startProcess('api.ts', env), startProcess('worker.ts', env)])));
  reached = { baseUrl: `http://127.0.0.1:${port}`, shared: product.shared };
  host = await buildHost(reached);
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  for (const child of processes) await endProcess(child, 'SIGKILL');
  await product.stop();
  receiver.close();
});

const click = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

async function post<T>(path: string, body: unknown, { spanId }: { spanId: string }, token?: string): Promise<T> {
  const response = await fetch(`${reached.baseUrl}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      traceparent: `00-${click.traceId}-${spanId}-01`,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  expect(response.status).toBeLessThan(300);
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

it('one booking is one trace, from the click over api, workflow, steps, database and stream to the pages', async () => {
  const type = await buildMeetingType(reached, host, { nda: true });
  const startsAt = await findSlot(reached, host, type);
  const { booking, token } = await post<BookingCreated>(
    '/bookings',
    { meetingTypeId: type.id, startsAt, guest: grace },
    click,
  );
  const told = listen(token);
  const session = await openSigning(reached, token);
  const signature = {
    consent: true,
    disclosureSha256: session.disclosure.sha256,
    documentSha256: session.document.sha256,
    mark: { kind: 'typed', text: grace.name },
  };
  await post('/my-booking/signing/signature', signature, { spanId: 'b7ad6b7169203331' }, token);
  await untilStatus(reached, token, 'confirmed', 60_000);

  const isWhole = (names: string[]) =>
    ['relay booking.confirmed', 'step confirmBooking', 'POST /api/v1/my-booking/signing/signature'].every((name) =>
      names.includes(name),
    );
  const spans = await eventually(
    async () => receiver.spans.filter(({ traceId }) => traceId === click.traceId),
    (found) => isWhole(found.map(({ name }) => name)),
    60_000,
  );

  const one = (name: string): ReceivedSpan => {
    const found = spans.find((span) => span.name === name);
    if (!found) throw new Error(`No span ${name} among ${spans.map((span) => span.name).join(', ')}`);
    return found;
  };
  const pathTo = (span: ReceivedSpan): string[] => {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    const above = parent ? pathTo(parent) : [span.parentSpanId ?? 'nobody'];
    return [...above, `${span.service.replace('countersign-', '')}: ${span.name}`];
  };
  const held = ['api: POST /api/v1/bookings', 'api: engine update hold', 'worker: workflow update hold'];
  expect(pathTo(one('relay slot.held'))).toEqual([
    ...[click.spanId, ...held, 'worker: step holdSlot', 'worker: transaction'],
    ...['worker: publish slot.held', 'api: relay slot.held'],
  ]);
  expect(pathTo(one('step createAgreement'))).toEqual([click.spanId, ...held, 'worker: step createAgreement']);
  const signed = ['api: POST /api/v1/my-booking/signing/signature', 'api: engine signal news'];
  expect(pathTo(one('relay booking.confirmed'))).toEqual([
    ...['b7ad6b7169203331', ...signed, 'worker: workflow signal news'],
    ...['worker: step confirmBooking', 'worker: transaction', 'worker: publish booking.confirmed'],
    'api: relay booking.confirmed',
  ]);

  const statements = spans.filter(({ attributes }) => 'db.query.text' in attributes);
  expect(new Set(statements.map(({ service }) => service))).toEqual(new Set(['countersign-api', 'countersign-worker']));
  for (const span of spans) {
    expect(span.endedAt).toBeGreaterThanOrEqual(span.startedAt);
    expect(span.hasFailed).toBe(false);
  }
  for (const name of ['step holdSlot', 'workflow update hold', 'POST /api/v1/bookings', 'relay slot.held'])
    expect(one(name).attributes['countersign.booking.id']).toBe(booking.id);
  expect(receiver.authorizations).toContain('Bearer of-the-collector');

  const news = await told;
  expect(news.traceparent).toBe(`00-${click.traceId}-${one('relay booking.confirmed').spanId}-01`);
}, 180_000);

it('a booking that was traced goes on where nothing is, and is replayed from its history either way', async () => {
  const [bookingId] = receiver.spans.flatMap(({ attributes }) => attributes['countersign.booking.id'] ?? []);
  const handle = product.shared.temporal.workflow.getHandle(bookingWorkflowId(String(bookingId)));
  const history = History.toObject(History.fromObject(await handle.fetchHistory()), { enums: String, longs: String });
  expect(JSON.stringify(history)).toContain('"traceparent"');
  const sinks = { traces: { handled: { fn: () => {}, callDuringReplay: false } } };
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle(root), sinks }, History.fromObject(history));
}, 60_000);

it('the page says when the click was and when its outcome was shown, by its own clock', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const behind = Date.now() - 3_600_000;
  await post(
    '/page-traces',
    {
      sentAt: behind,
      spans: [
        {
          kind: 'click',
          name: 'hold',
          traceId,
          spanId: '1'.repeat(16),
          startedAt: behind - 900,
          endedAt: behind - 700,
        },
        {
          ...{ kind: 'shown', name: 'booking.confirmed', causedBy: `00-${traceId}-${'2'.repeat(16)}-01` },
          ...{ spanId: '3'.repeat(16), startedAt: behind - 100, endedAt: behind - 80 },
        },
      ],
    },
    { spanId: '4'.repeat(16) },
  );
  const [click, shown] = await eventually(
    async () => receiver.spans.filter((span) => span.traceId === traceId),
    ({ length }) => length === 2,
    60_000,
  );
  expect(click).toMatchObject({ name: 'click hold', spanId: '1'.repeat(16), parentSpanId: undefined });
  expect(shown).toMatchObject({ name: 'shown booking.confirmed', parentSpanId: '2'.repeat(16) });
  expect(Math.round((click?.endedAt ?? 0) - (click?.startedAt ?? 0))).toBe(200);
  expect(Math.abs(Date.now() - (click?.startedAt ?? 0))).toBeLessThan(600_000);
});

it('of people and secrets nothing leaves with a trace', () => {
  const all = receiver.text();
  expect(all).toContain('$1');
  const masterKey = product.env['MASTER_KEY'] ?? '';
  const secrets = [grace.name, grace.email, 'Grace', host.email, host.password, host.csrf, masterKey, 'Coffee'];
  for (const secret of secrets) {
    expect(secret).not.toBe('');
    expect(all).not.toContain(secret);
  }
  expect(all).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/);
  expect(all).not.toMatch(/Bearer/);
});

it('what nobody asked for sends nothing: the sweep leaves no traces', () => {
  expect(receiver.spans.filter(({ name }) => name === 'step sweep')).toEqual([]);
});

/** What the guest's page is told when the booking is confirmed. */
function listen(token: string): Promise<BookingNews> {
  const socket = io(reached.baseUrl, { path: '/live', transports: ['websocket'] });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.on('news', (news: BookingNews) => {
      if (news.type === 'booking.confirmed') resolve(news);
    });
    socket.on('connect', () => socket.emit('join', { room: 'booking', token, position: 0 }, () => {}));
  });
}
