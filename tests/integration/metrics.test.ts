import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#runtime/embedded/ports.ts';
import { serveMetrics, type MetricsServer } from '#runtime/observability/metrics-server.ts';
import { addSystemState } from '#runtime/observability/state-metrics.ts';
import { confirmedBooking } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, eventually, holdSlot, type TestHost } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let server: MetricsServer;
let address: string;
beforeAll(async () => {
  product = await startProduct();
  host = await buildHost(product);
  addSystemState(product.shared);
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  server = await serveMetrics(port, product.shared.metrics, { info() {}, warn() {}, error() {} });
});
afterAll(async () => {
  await server.close();
  await product.stop();
});

/** Samples by name and labels, as they stand in the text that Prometheus reads. */
async function scrape(): Promise<{ text: string; samples: Map<string, number> }> {
  const response = await fetch(`${address}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await response.text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return {
    text,
    samples: new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))])),
  };
}

describe('what Prometheus reads', () => {
  it('tells of a whole booking and a lost race, and nothing of who booked', async () => {
    const type = await buildMeetingType(product, host, { nda: true });
    const booking = await confirmedBooking(product, host, type);
    expect((await holdSlot(product, type, booking.startsAt)).status).toBe(409);
    const { samples, text } = await eventually(scrape, (now) => now.samples.get('countersign_outbox_facts') === 0);

    expect(samples.get('countersign_holds_total{outcome="held"}')).toBe(1);
    expect(samples.get('countersign_holds_total{outcome="slot_taken"}')).toBe(1);
    expect(samples.get('countersign_refusals_total{code="slot_taken"}')).toBe(1);
    expect(samples.get('countersign_http_request_duration_seconds_count{route="hold",status="201"}')).toBe(1);
    expect(samples.get('countersign_http_request_duration_seconds_count{route="hold",status="409"}')).toBe(1);
    expect(samples.get('countersign_time_to_sign_seconds_count')).toBe(1);
    expect(samples.get('countersign_seal_duration_seconds_count{provider="builtin",outcome="done"}')).toBe(1);
    expect(samples.get('countersign_pdf_render_duration_seconds_count{outcome="done"}')).toBeGreaterThan(0);
    expect(samples.get('countersign_mails_total{provider="mailbox",outcome="sent"}')).toBeGreaterThanOrEqual(3);
    const agreements = 'countersign_activity_duration_seconds_count{activity="createAgreement",outcome="done"}';
    expect(samples.get(agreements)).toBe(1);
    expect(samples.get('countersign_state_readable')).toBe(1);
    expect(samples.get('countersign_outbox_age_seconds')).toBe(0);
    expect(samples.get('countersign_live_connections')).toBe(0);
    expect(samples.get('countersign_task_queue_lag_seconds{queue="bookings"}')).toBeGreaterThanOrEqual(0);
    expect(samples.get('countersign_stream_lag_facts')).toBeGreaterThanOrEqual(0);
    expect(samples.has('nodejs_eventloop_lag_seconds')).toBe(true);

    for (const personal of [booking.id, booking.token, host.hostId, host.email, 'grace@example.net', 'Grace'])
      expect(text).not.toContain(personal);
    const values = [...text.matchAll(/^countersign_[^{\n]*\{([^}]*)\}/gm)].flatMap(([, labels = '']) =>
      [...labels.matchAll(/="([^"]*)"/g)].map(([, value]) => value),
    );
    expect(values.filter((value) => !/^([a-zA-Z_]{1,40}|\d+(\.\d+)?|\+Inf)$/.test(value ?? ''))).toEqual([]);
  });

  it('and what orchestrators hear name mails that wait and webhooks that could not be read, and go on serving', async () => {
    const ready = async () => {
      const response = await fetch(`${product.baseUrl}/health/ready`);
      return { httpStatus: response.status, ...((await response.json()) as { status: string; checks: object }) };
    };
    await eventually(ready, ({ status }) => status === 'ok');
    expect(Object.keys((await ready()).checks)).toEqual(['database', 'stream', 'engine', 'storage', 'mail', 'signing']);

    await product.worker.stop();
    const { database } = product.shared;
    await database.query(
      sql.unsafe`insert into dead_letter (source, source_id, reason) values ('postmark', '1', 'no')`,
    );
    await database.query(sql.unsafe`
      insert into message (organization_id, message_key, kind, recipient, status, requested_at)
      select id, 'late', 'password_reset', 'account', 'requested', now() - interval '10 minutes' from organization limit 1`);
    const degraded = await eventually(ready, ({ status }) => status === 'degraded');
    expect(degraded).toMatchObject({
      httpStatus: 200,
      checks: { mail: { status: 'degraded', reason: 'mails_wait' }, database: { status: 'ok' } },
    });
    const { samples } = await eventually(scrape, (now) => now.samples.get('countersign_waiting_mails') === 1);
    expect(samples.get('countersign_waiting_mail_age_seconds')).toBeGreaterThan(500);
    expect(samples.get('countersign_dead_letters{source="postmark"}')).toBe(1);
  });
});
