import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { pythonProgram } from '#tests/python-program.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { defaultQueues, problemsOf, secretNames, unknownSettings } from './known-settings.ts';
import { helmAtHand } from './tools.ts';

const chart = join(import.meta.dirname, '..', '..', 'deploy', 'helm', 'countersign');
const helm = helmAtHand();
if ('absent' in helm) throw new Error(helm.absent);
const valuesOf = (name: string) => join(chart, 'ci', `${name}.yaml`);

const Container = z.object({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  envFrom: z.array(z.unknown()).default([]),
  resources: z.object({ limits: z.record(z.string(), z.string()) }).loose(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() }).loose()),
  securityContext: z.object({ readOnlyRootFilesystem: z.literal(true), allowPrivilegeEscalation: z.literal(false) }),
  livenessProbe: z.unknown().optional(),
  readinessProbe: z.unknown().optional(),
});
const Pod = z.object({
  securityContext: z.object({ runAsNonRoot: z.literal(true) }),
  automountServiceAccountToken: z.literal(false),
  containers: z.array(Container).length(1),
});
const Template = z.object({ spec: Pod });
const Resource = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z
    .object({
      template: Template.optional(),
      jobTemplate: z.object({ spec: z.object({ template: Template }).loose() }).optional(),
    })
    .loose()
    .optional(),
});

const podOf = ({ spec }: z.infer<typeof Resource>) => (spec?.template ?? spec?.jobTemplate?.spec.template)?.spec;

function run(...args: string[]) {
  const program = 'program' in helm ? helm.program : '';
  // A helm that was built from source takes an ancient Kubernetes for granted.
  return spawnSync(program, [...args, '--kube-version', '1.33.0'], { encoding: 'utf8' });
}

function manifests(values: string, ...more: string[]): string {
  const { status, stdout, stderr } = run('template', 'countersign', chart, '--values', valuesOf(values), ...more);
  expect(`${status} ${stderr}`).toBe('0 ');
  return stdout;
}

function render(values: string, ...more: string[]) {
  return parseAllDocuments(manifests(values, ...more)).flatMap((document) => {
    const content: unknown = document.toJS();
    return content === null ? [] : [Resource.parse(content)];
  });
}

const kindsOf = (resources: ReturnType<typeof render>) =>
  resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();

test.each(['least', 'most'])('helm lint finds nothing to say, with the %s values', (values) => {
  const { status, stdout } = run('lint', '--strict', chart, '--values', valuesOf(values));
  expect(`${status} ${stdout}`).toMatch(/^0 [^]*0 chart\(s\) failed/);
});

/** The schemas that Kubernetes publishes of itself, as kubeconform reads them too; here they come with the package. */
const validator = await pythonProgram('kubernetes-validate', '1.37.0');

describe('the chart', () => {
  test.skipIf('absent' in validator).each([
    ['least', '1.33'],
    ['most', '1.33'],
    ['least', '1.37'],
    ['most', '1.37'],
  ])('with the %s values is what Kubernetes %s takes, with no field that it does not know', (values, version) => {
    if ('absent' in validator) throw new Error(validator.absent);
    const { program } = validator;
    const folder = mkdtempSync(join(tmpdir(), 'countersign-chart-'));
    const check = (text: string): string => {
      const file = join(folder, 'rendered.yaml');
      writeFileSync(file, text);
      const options = ['--kubernetes-version', version, '--strict', '--quiet', file];
      const { status, stdout, stderr } = spawnSync(program, options, { encoding: 'utf8' });
      return `${status}\n${stdout}${stderr}`;
    };
    const rendered = manifests(values);
    // What an operator of Prometheus adds to Kubernetes is in no schema of its own.
    const faults = check(rendered)
      .split('\n')
      .filter((line) => line !== '' && !line.includes('PodMonitor'));
    expect(faults).toEqual(['0']);
    expect(check(rendered.replace('readinessProbe:', 'readynessProbe:'))).toMatch(/^1\n[^]*readynessProbe/);
    rmSync(folder, { recursive: true });
  });

  test('has everything for two of each process with nothing but an address and two secrets', () => {
    expect(kindsOf(render('least'))).toEqual([
      'ConfigMap countersign',
      'Deployment countersign-api',
      'Deployment countersign-documents',
      'Deployment countersign-worker',
      'HorizontalPodAutoscaler countersign-api',
      'HorizontalPodAutoscaler countersign-documents',
      'HorizontalPodAutoscaler countersign-worker',
      'Job countersign-migrate',
      'Job countersign-promote-1',
      'NetworkPolicy countersign',
      'PodDisruptionBudget countersign-api',
      'PodDisruptionBudget countersign-documents',
      'PodDisruptionBudget countersign-worker',
      'Service countersign',
      'ServiceAccount countersign',
    ]);
  });

  test('adds ingress and monitors, and leaves out what is switched off', () => {
    const kinds = kindsOf(render('most'));
    expect(kinds).toEqual(expect.arrayContaining(['Ingress countersign', 'PodMonitor countersign-worker']));
    expect(kinds).not.toContain('HorizontalPodAutoscaler countersign-api');
    expect(kinds).not.toContain('Job countersign-promote-1');
  });

  test.each(['least', 'most'])(
    'gives every process settings that exist, and with its secrets all that it needs (%s)',
    (values) => {
      const resources = render(values);
      const shared = resources.find(({ kind }) => kind === 'ConfigMap')?.data ?? {};
      expect(unknownSettings(Object.keys(shared))).toEqual([]);
      const secret = {
        MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
        DATABASE_URL: 'postgres://countersign_app:secret@db/countersign',
        NATS_URL: 'nats://app:secret@nats:4222',
        SMTP_URL: 'smtps://user:password@mail.example.com',
        S3_SECRET_ACCESS_KEY: 'secret',
        ...(values === 'least' && { S3_BUCKET: 'documents', S3_ACCESS_KEY_ID: 'key' }),
      };
      for (const resource of resources) {
        const container = podOf(resource)?.containers[0];
        if (!container) continue;
        const own = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
        expect(unknownSettings(Object.keys(own))).toEqual([]);
        const isMigrate = container.name === 'migrate';
        const migration = { MIGRATION_DATABASE_URL: 'postgres://countersign_owner:secret@db/countersign' };
        const env = isMigrate ? { ...own, ...migration } : { ...shared, ...secret, ...own };
        expect(problemsOf(env, isMigrate ? 'migrate' : 'other')).toEqual([]);
      }
    },
  );

  test('takes backups when asked: one at a time, as the tables’ owner too, into a claim that outlives the chart', () => {
    const resources = render('most');
    const cron = resources.find(({ kind }) => kind === 'CronJob');
    expect(cron).toMatchObject({
      metadata: { name: 'countersign-backup' },
      spec: {
        schedule: '17 2 * * *',
        concurrencyPolicy: 'Forbid',
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 3,
      },
    });
    const claim = resources.find(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claim).toMatchObject({
      metadata: { name: 'countersign-backups', annotations: { 'helm.sh/resource-policy': 'keep' } },
    });
    const [container] = cron ? (podOf(cron)?.containers ?? []) : [];
    expect(container?.envFrom).toContainEqual({ secretRef: { name: 'countersign-migration' } });
    expect(container?.args.join(' ')).toMatch(/^node runtime\/cli\/main\.ts backup && find .* -mtime \+14 /);
    expect(container?.resources.limits['memory']).toBeTruthy();
    const mounted = container?.volumeMounts.find(({ name }) => name === 'backups');
    expect(mounted?.mountPath).toBe('/app/backups');
  });

  test('keeps backups in a claim that is there already, and for ever, where that is said', () => {
    const said = ['--set', 'backup.existingClaim=mine', '--set', 'backup.keepDays=0'];
    const resources = render('most', ...said);
    expect(resources.map(({ kind }) => kind)).not.toContain('PersistentVolumeClaim');
    expect(manifests('most', ...said)).toMatch(/claimName: "?mine/);
    const cron = resources.find(({ kind }) => kind === 'CronJob');
    expect((cron && podOf(cron))?.containers[0]?.args).toEqual(['node runtime/cli/main.ts backup']);
  });

  test('asks api and workers whether they live and are ready', () => {
    const serving = render('least').flatMap(({ kind, spec }) =>
      kind === 'Deployment' ? (spec?.template?.spec.containers ?? []) : [],
    );
    expect(serving).toHaveLength(3);
    for (const { livenessProbe, readinessProbe } of serving)
      expect([livenessProbe, readinessProbe]).not.toContain(undefined);
  });

  test('runs workers and promotes them under one version, the image’s', () => {
    const versions = render('least', '--set', 'image.tag=1.4.0').flatMap(({ spec }) =>
      (spec?.template?.spec.containers ?? []).flatMap(({ env }) =>
        env.filter(({ name }) => name === 'WORKER_BUILD_ID'),
      ),
    );
    expect(versions.map(({ value }) => value)).toEqual(['1.4.0', '1.4.0', '1.4.0']);
  });

  test('has one worker for each kind of work', () => {
    const queues = render('least').flatMap(({ spec }) =>
      (spec?.template?.spec.containers ?? []).flatMap(({ env }) =>
        env.flatMap(({ name, value }) => (name === 'WORKER_QUEUES' ? value.split(',') : [])),
      ),
    );
    expect(queues.toSorted()).toEqual(defaultQueues.toSorted());
  });

  test('refuses each secret among the settings, and a missing address', () => {
    for (const name of secretNames) {
      const refused = run('template', 'c', chart, '--values', valuesOf('least'), '--set', `settings.${name}=x`);
      expect([name, refused.status, refused.stderr.includes(name)]).toEqual([name, 1, true]);
    }
    expect(run('template', 'c', chart).stderr).toMatch(/publicUrl/);
  });

  test('has the version of the product', () => {
    const appVersion = /^appVersion: (.*)$/m.exec(readFileSync(join(chart, 'Chart.yaml'), 'utf8'))?.[1];
    expect(appVersion).toBe(packageJson.version);
  });
});
