import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processEnvironment } from '#runtime/config.ts';
import { workflowBundle } from '#runtime/workflow-bundle.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { scenes, setStage, type SceneName, type Stage } from './scenes.ts';

/** One folder for each version of the workflow, as README.md tells them apart. */
const folder = join(import.meta.dirname, 'histories');
const versions = readdirSync(folder).toSorted();
const newest = versions.at(-1) ?? '1';
const recorded = versions.flatMap((version) => readdirSync(join(folder, version)).map((name) => join(version, name)));
/** Set by record.ts: what the scenes write down replaces what is kept. */
const isRecording = processEnvironment()['COUNTERSIGN_RECORD'] !== undefined;
let bundle: WorkflowBundleOption;
beforeAll(async () => {
  bundle = await workflowBundle(join(import.meta.dirname, '..', '..'));
});

type HistoryJson = { events: Record<string, unknown>[] };

const { History } = temporal.api.history.v1;
/** Through the generated classes: the SDK's own reader of JSON wants one copy of protobufjs, and npm may install several. */
const replay = (history: HistoryJson) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, History.fromObject(history));
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as HistoryJson;

describe('bookings that run', () => {
  it('were recorded in every way that a booking goes', () => {
    if (isRecording) return;
    for (const version of versions) {
      const names = readdirSync(join(folder, version)).map((name) => basename(name, '.json'));
      expect(names.sort(), version).toEqual(Object.keys(scenes).sort());
    }
  });

  it.each(isRecording ? [] : recorded)('go on under today’s code: %s', async (name) => {
    await replay(read(name));
  });

  it('would be noticed to break: a history of other steps is not taken for today’s', async () => {
    if (isRecording) return;
    const text = JSON.stringify(read(join(newest, 'signed.json'))).replaceAll('collectSigned', 'collectSignature');
    await expect(replay(JSON.parse(text) as HistoryJson)).rejects.toThrow(DeterminismViolationError);
  });
});

describe('bookings of today', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.product.stop());

  it.each(Object.keys(scenes) as SceneName[])(
    'leave a history that can be replayed: %s',
    async (name) => {
      const bookingId = await scenes[name](stage);
      // The last steps of the workflow come after what its people see.
      await sleep(500);
      const handle = stage.product.shared.temporal.workflow.getHandle(bookingWorkflowId(bookingId));
      const history = withoutMachine(
        History.toObject(History.fromObject(await handle.fetchHistory()), {
          enums: String,
          longs: String,
          bytes: String,
        }),
      );
      await replay(history);
      expect(inPlainText(history)).not.toMatch(/grace|example\.net/i);
      expect(inPlainText(history)).toContain(bookingId);
      if (name === 'canceled') expect(stepsBefore(history, 'voidEnvelope')).not.toContain('readProgress');
      if (isRecording) writeFileSync(join(folder, newest, `${name}.json`), `${JSON.stringify(history, null, 1)}\n`);
    },
    120_000,
  );
});

/** Names of the steps that were asked for before the first of this name. */
function stepsBefore({ events }: HistoryJson, name: string): string[] {
  const steps = events.flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => {
    const step = (scheduled as { activityType?: { name?: string } } | undefined)?.activityType?.name;
    return step === undefined ? [] : [step];
  });
  return steps.slice(0, steps.indexOf(name));
}

/** A history says which process took each task, and where its code lay: that is nobody's business later. */
function withoutMachine(history: object): HistoryJson {
  const text = JSON.stringify(history, (key, value: unknown) => {
    if (key === 'identity') return 'worker';
    if (key === 'stackTrace') return '';
    return typeof value === 'string' && /^\d+@/.test(value) ? 'worker' : value;
  });
  return JSON.parse(text) as HistoryJson;
}

/** With its payloads as the Web UI shows them. */
function inPlainText(history: HistoryJson): string {
  return JSON.stringify(history, (key, value: unknown) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
}
