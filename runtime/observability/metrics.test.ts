import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics } from '@prometheus-io/client';
import { parser as promql } from '@prometheus-io/lezer-promql';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { addGauge, addGaugeBy, createMetrics } from './metrics.ts';
import { addLive, addQueueLag, addStoredState, remembered } from './state-metrics.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

const Dashboard = z.object({
  panels: z.array(
    z.object({ id: z.int(), title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) }),
  ),
});
const Alerts = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().regex(/^\d+[smh]$/),
          labels: z.object({ severity: z.enum(['page', 'warn']) }),
          annotations: z.object({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboard = Dashboard.parse(JSON.parse(read('deploy', 'observability', 'grafana-dashboard.json')));
const rules = Alerts.parse(parse(read('deploy', 'observability', 'alerts.yaml'))).groups.flatMap(
  (group) => group.rules,
);

/** Names of what an expression asks for, without what a histogram adds to its own. */
function metricsIn(expression: string): string[] {
  const names = expression.match(/\b(countersign|process|nodejs)_\w+/g) ?? [];
  return names.map((name) => name.replace(/(_duration_seconds|_to_sign_seconds)_(bucket|count|sum)$/, '$1'));
}

function isPromql(expression: string): boolean {
  let isWhole = true;
  promql.parse(expression).iterate({ enter: ({ type }) => void (isWhole &&= !type.isError) });
  return isWhole;
}

const known = new Map<string, string>();
beforeAll(async () => {
  const metrics = createMetrics();
  const never = () => Promise.reject(new Error('away'));
  addStoredState(metrics, never);
  addQueueLag(metrics, never);
  addLive(metrics, { connections: () => 0, position: () => 0 }, { bounds: never });
  collectDefaultMetrics({ register: metrics.registry });
  for (const { name, type } of await metrics.registry.getMetricsAsJSON()) known.set(name, String(type));
});

describe('dashboard and alert rules', () => {
  test('ask for nothing but what the processes tell, and for all that the product tells', () => {
    const asked = [...dashboard.panels.flatMap(({ targets }) => targets), ...rules].flatMap(({ expr }) =>
      metricsIn(expr),
    );
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    const ours = [...known.keys()].filter((name) => name.startsWith('countersign_'));
    expect(ours.length).toBeGreaterThan(15);
    expect(ours.filter((name) => !asked.includes(name))).toEqual([]);
  });

  test('are written in Prometheus’ language, with panels that can be told apart', () => {
    const expressions = [...dashboard.panels.flatMap(({ targets }) => targets), ...rules].map(({ expr }) =>
      expr.replaceAll('$__rate_interval', '5m'),
    );
    expect(isPromql('sum(rate(x[5m])')).toBe(false);
    expect(expressions.filter((expr) => !isPromql(expr))).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test('lead from each alert to what it means and what to do', () => {
    const operations = read('docs', 'operations.md');
    for (const { alert, annotations } of rules) {
      expect(operations).toContain(`#### ${alert}\n`);
      expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    }
  });
});

test('a figure that cannot be read is NaN or missing, and the others are still told', async () => {
  const metrics = createMetrics();
  let isAway = false;
  const whenThere = <T>(value: T) => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(value));
  addGauge(metrics, { name: 'waiting', help: 'h', read: () => whenThere(3) });
  addGaugeBy(metrics, { name: 'by_step', help: 'h', label: 'step', read: () => whenThere([['sign', 2] as const]) });
  expect(await metrics.registry.metrics()).toMatch(/^waiting 3$[^]*^by_step\{step="sign"\} 2$/m);
  isAway = true;
  const text = await metrics.registry.metrics();
  expect(text).toMatch(/^waiting NaN$/im);
  expect(text).not.toContain('by_step{');
});

test('many askers share one reading, and a failed one is not kept', async () => {
  let readings = 0;
  const read = remembered(() => {
    readings += 1;
    return readings === 1 ? Promise.reject(new Error('away')) : Promise.resolve(readings);
  }, 60_000);
  await expect(Promise.all([read(), read()])).rejects.toThrow('away');
  expect(await Promise.all([read(), read(), read()])).toEqual([2, 2, 2]);
});
