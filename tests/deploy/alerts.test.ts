import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { promtoolAtHand } from './tools.ts';

const promtool = promtoolAtHand();
if ('absent' in promtool) throw new Error(promtool.absent);
const rulesFile = join(import.meta.dirname, '..', '..', 'deploy', 'observability', 'alerts.yaml');
const folder = mkdtempSync(join(tmpdir(), 'countersign-alerts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
});
const rules = Rules.parse(parse(readFileSync(rulesFile, 'utf8'))).groups.flatMap(({ rules: ofGroup }) => ofGroup);

/** By name, as Prometheus' unit tests write them: a value each minute, for hours. */
type Series = Record<string, string>;
type Case = { fires: Series; staysQuiet: Series; labels?: Record<string, string> };

const always = (value: number): string => `${value}x180`;
const rising = (perMinute: number): string => `0+${perMinute}x180`;
const answers = (failing: number): Series => ({
  'countersign_http_request_duration_seconds_count{route="hold",status="201"}': rising(100 - failing),
  'countersign_http_request_duration_seconds_count{route="hold",status="503"}': rising(failing),
});
/** Durations of which so many in a hundred are longer than the bound. */
const durations = (name: string, labels: string, bound: number, longer: number): Series => ({
  [`${name}_bucket{${labels}le="${bound}"}`]: rising(100 - longer),
  [`${name}_bucket{${labels}le="${bound * 3}"}`]: rising(100),
  [`${name}_bucket{${labels}le="+Inf"}`]: rising(100),
});
const outcomes = (name: string, label: string, bad: string, share: number): Series => ({
  [`${name}{${label},outcome="${bad}"}`]: rising(share),
  [`${name}{${label},outcome="${bad === 'failed' ? 'done' : 'sent'}"}`]: rising(100 - share),
});
const holds = 'countersign_http_request_duration_seconds';
const steps = 'countersign_activity_duration_seconds_count';

const cases: Record<string, Case> = {
  CountersignRequestsFail: { fires: answers(5), staysQuiet: answers(1) },
  CountersignHoldsSlow: {
    fires: durations(holds, 'route="hold",status="201",', 1, 20),
    staysQuiet: durations(holds, 'route="hold",status="201",', 1, 2),
  },
  CountersignNobodyWorks: {
    fires: { 'countersign_task_queue_lag_seconds{queue="documents",instance="worker-1"}': always(45) },
    staysQuiet: { 'countersign_task_queue_lag_seconds{queue="documents",instance="worker-1"}': always(10) },
    labels: { queue: 'documents' },
  },
  CountersignStateUnreadable: {
    fires: {
      'countersign_state_readable{instance="worker-1"}': always(1),
      'countersign_state_readable{instance="worker-2"}': always(0),
    },
    staysQuiet: { 'countersign_state_readable{instance="worker-1"}': always(1) },
  },
  CountersignFactsWait: {
    fires: { countersign_outbox_age_seconds: always(90) },
    staysQuiet: { countersign_outbox_age_seconds: always(20) },
  },
  CountersignPagesBehind: {
    fires: { 'countersign_stream_lag_facts{instance="api-1"}': always(300) },
    staysQuiet: { 'countersign_stream_lag_facts{instance="api-1"}': always(20) },
  },
  CountersignBookingNeedsAttention: {
    fires: { 'countersign_bookings_needing_attention{step="send_envelope"}': always(1) },
    staysQuiet: { 'countersign_bookings_needing_attention{step="send_envelope"}': always(0) },
    labels: { step: 'send_envelope' },
  },
  CountersignStepsFail: {
    fires: outcomes(steps, 'activity="createAgreement"', 'failed', 40),
    staysQuiet: outcomes(steps, 'activity="createAgreement"', 'failed', 10),
    labels: { activity: 'createAgreement' },
  },
  CountersignMailsWait: {
    fires: { countersign_waiting_mail_age_seconds: always(400) },
    staysQuiet: { countersign_waiting_mail_age_seconds: always(60) },
  },
  CountersignMailsRefused: {
    fires: outcomes('countersign_mails_total', 'provider="smtp"', 'refused', 30),
    staysQuiet: outcomes('countersign_mails_total', 'provider="smtp"', 'refused', 2),
    labels: { provider: 'smtp' },
  },
  CountersignDeadLetters: {
    fires: { 'countersign_dead_letters{source="docusign"}': always(2) },
    staysQuiet: { 'countersign_dead_letters{source="docusign"}': always(0) },
    labels: { source: 'docusign' },
  },
  CountersignDocumentsSlow: {
    fires: durations('countersign_pdf_render_duration_seconds', '', 10, 20),
    staysQuiet: durations('countersign_pdf_render_duration_seconds', '', 10, 2),
  },
  CountersignProcessBusy: {
    fires: { 'nodejs_eventloop_lag_p99_seconds{instance="api-1"}': always(0.9) },
    staysQuiet: { 'nodejs_eventloop_lag_p99_seconds{instance="api-1"}': always(0.05) },
    labels: { instance: 'api-1' },
  },
};

/** What promtool says, and how it ended. */
function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('program' in promtool ? promtool.program : '', args, {
    encoding: 'utf8',
  });
  return `${status}\n${stdout}${stderr}`;
}

test('the rules are ones that Prometheus takes', () => {
  expect(run('check', 'rules', rulesFile)).toMatch(new RegExp(`^0\n[^]*SUCCESS: ${rules.length} rules found`));
});

test('each alert has a case', () => {
  expect(Object.keys(cases).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});

test.each(rules.map(({ alert }) => alert))(
  '%s wakes somebody when it should, not at once, and not otherwise',
  (alert) => {
    const { fires, staysQuiet, labels = {} } = cases[alert] as Case;
    const rule = rules.find((each) => each.alert === alert);
    const inWords = (text: string) =>
      text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, name: string) => labels[name] ?? '');
    const alarm = {
      exp_labels: { ...labels, ...rule?.labels },
      exp_annotations: Object.fromEntries(
        Object.entries(rule?.annotations ?? {}).map(([name, text]) => [name, inWords(text)]),
      ),
    };
    const at = (eval_time: string, exp_alerts: object[]) => ({ eval_time, alertname: alert, exp_alerts });
    const given = (series: Series) => Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const unitTests = {
      rule_files: [rulesFile],
      evaluation_interval: '1m',
      tests: [
        { interval: '1m', input_series: given(fires), alert_rule_test: [at('1m', []), at('2h', [alarm])] },
        { interval: '1m', input_series: given(staysQuiet), alert_rule_test: [at('2h', [])] },
      ],
    };
    const file = join(folder, `${alert}.json`);
    writeFileSync(file, JSON.stringify(unitTests));
    expect(run('test', 'rules', file)).toMatch(/^0\n/);
  },
);

test('no worker that tells anything is an alarm of its own', () => {
  const file = join(folder, 'nobody.json');
  const expr = 'count(ALERTS{alertname="CountersignStateUnreadable",alertstate="firing"})';
  const promql_expr_test = [{ expr, eval_time: '10m', exp_samples: [{ labels: '{}', value: 1 }] }];
  const input_series = [{ series: 'up{job="api"}', values: always(1) }];
  const tests = [{ interval: '1m', input_series, promql_expr_test }];
  writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }));
  expect(run('test', 'rules', file)).toMatch(/^0\n/);
});
