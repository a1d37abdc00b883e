import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { WorkerMeter } from '#activities/parts.ts';
import type { ApiMeter } from '#api/parts.ts';

/**
 * Everything that one process counts. Names follow Prometheus' rules (seconds, `_total`); labels have few values, known beforehand: never an
 * id, an address or anything of a person.
 */
export type Metrics = ReturnType<typeof createMetrics>;

const quickSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const documentSeconds = [0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const signSeconds = [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 14_400, 86_400];

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    holds: new Counter({
      name: 'countersign_holds_total',
      help: 'Requests for a slot that were decided, by outcome; slot_taken is a conflict.',
      labelNames: ['outcome'],
      registers,
    }),
    refusals: new Counter({
      name: 'countersign_refusals_total',
      help: 'Requests that were answered with a problem, by its code.',
      labelNames: ['code'],
      registers,
    }),
    requests: new Histogram({
      name: 'countersign_http_request_duration_seconds',
      help: 'HTTP requests, by operation of the API (web: pages and their files) and status.',
      labelNames: ['route', 'status'],
      buckets: quickSeconds,
      registers,
    }),
    timeToSign: new Histogram({
      name: 'countersign_time_to_sign_seconds',
      help: 'From the hold to the signature.',
      buckets: signSeconds,
      registers,
    }),
    activities: new Histogram({
      name: 'countersign_activity_duration_seconds',
      help: 'Tries of the steps of workflows, by activity and outcome (done, failed).',
      labelNames: ['activity', 'outcome'],
      buckets: [...quickSeconds, 30, 60],
      registers,
    }),
    pdfs: new Histogram({
      name: 'countersign_pdf_render_duration_seconds',
      help: 'Making a PDF, by outcome (done, failed).',
      labelNames: ['outcome'],
      buckets: documentSeconds,
      registers,
    }),
    seals: new Histogram({
      name: 'countersign_seal_duration_seconds',
      help: 'Getting the signed document: sealed here, or fetched from the provider; by outcome (done, failed).',
      labelNames: ['provider', 'outcome'],
      buckets: documentSeconds,
      registers,
    }),
    mails: new Counter({
      name: 'countersign_mails_total',
      help: 'Tries to send a mail, by provider and outcome (sent; refused for good; failed, to be tried again).',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
  };
}

export function apiMeter(metrics: Metrics): ApiMeter {
  return {
    requestAnswered: ({ route, status, seconds }) => metrics.requests.observe({ route, status }, seconds),
    holdDecided: (outcome) => metrics.holds.inc({ outcome }),
    refused: (code) => metrics.refusals.inc({ code }),
  };
}

export function workerMeter(metrics: Metrics): WorkerMeter {
  return {
    activityEnded: ({ activity, outcome, seconds }) => metrics.activities.observe({ activity, outcome }, seconds),
    signed: (seconds) => metrics.timeToSign.observe(seconds),
  };
}

/** A figure that is asked for when Prometheus asks; NaN, which no alert takes for a value, where it cannot be known. */
export function addGauge(metrics: Metrics, gauge: { name: string; help: string; read(): number | Promise<number> }) {
  const created: Gauge = new Gauge({
    name: gauge.name,
    help: gauge.help,
    registers: [metrics.registry],
    collect: async () => created.set(await Promise.resolve(gauge.read()).catch(() => Number.NaN)),
  });
}

/** The same by one label: those of the last reading alone are there, none where it fails. */
export function addGaugeBy<Label extends string>(
  metrics: Metrics,
  gauge: { name: string; help: string; label: Label; read(): Promise<readonly (readonly [string, number])[]> },
) {
  const created: Gauge<Label> = new Gauge({
    name: gauge.name,
    help: gauge.help,
    labelNames: [gauge.label],
    registers: [metrics.registry],
    collect: async () => {
      const figures = await gauge.read().catch(() => []);
      created.reset();
      for (const [value, figure] of figures) created.labels(value).set(figure);
    },
  });
}
