import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import { listMailbox } from '#integrations/mail/mailbox-reader.ts';
import type { Shared } from '#runtime/composition.ts';
import { bookingWorkflowId } from '#workflows/booking/messages.ts';
import { PATCH } from './other-version.ts';

const settleWithinMs = 180_000;

/** What is left to do in the product: nothing when every fact has left and every mail is sent or overtaken. */
export async function untilSettled({ database }: Shared): Promise<{ unpublished: number; unsent: number }> {
  const open = z.object({ unpublished: z.number(), unsent: z.number() });
  const deadline = performance.now() + settleWithinMs;
  for (;;) {
    const left = await database.one(sql.type(open)`
      select (select count(*) from outbox where published_at is null)::int as unpublished,
        (select count(*) from message where status = 'requested')::int as unsent`);
    if (left.unpublished + left.unsent === 0 || performance.now() > deadline) return left;
    await sleep(500);
  }
}

/** How often each booking's confirmation lies in the stream. */
export async function confirmationsInStream({ stream }: Shared): Promise<Map<string, number>> {
  const fact = z.object({ data: z.object({ bookingId: z.string() }) });
  const { first, last } = await stream.bounds();
  const facts = await stream.read({ from: first, to: last, subjects: ['booking.confirmed.>'] });
  const counts = new Map<string, number>();
  for (const { json } of facts) {
    const { bookingId } = fact.parse(json).data;
    counts.set(bookingId, (counts.get(bookingId) ?? 0) + 1);
  }
  return counts;
}

export type Mails = { sent: number; overtaken: number; missing: number };

/** Whether each mail that is said to have left lies in the mailbox: a file for each message, by its id. */
export async function mailsOf({ database }: Shared, mailDir: string): Promise<Mails> {
  const Stored = z.object({ id: z.string(), status: z.string() });
  const stored = await database.any(sql.type(Stored)`select id, status from message`);
  const files = new Set((await listMailbox(mailDir, { limit: 100_000 })).map(({ id }) => id));
  const sent = stored.filter(({ status }) => status === 'sent');
  return {
    sent: sent.length,
    overtaken: stored.filter(({ status }) => status === 'superseded').length,
    missing: sent.filter(({ id }) => !files.has(id)).length,
  };
}

export type HistoryOfBooking = { failedTasks: number; unknownSteps: number; hasPatch: boolean; buildIds: string[] };

/** Which versions of the code performed a booking, and whether one of them stumbled over what another had done. */
export async function historyOf({ temporal }: Shared, bookingId: string): Promise<HistoryOfBooking> {
  const { events } = await temporal.workflow.getHandle(bookingWorkflowId(bookingId)).fetchHistory();
  const all = events ?? [];
  const buildIds = all
    .map(({ workflowTaskCompletedEventAttributes: task }) => task?.deploymentVersion?.buildId)
    .filter((buildId) => typeof buildId === 'string');
  return {
    failedTasks: all.filter(({ workflowTaskFailedEventAttributes: failed }) => isNondeterminism(failed?.cause)).length,
    unknownSteps: all.filter(({ activityTaskStartedEventAttributes: started }) =>
      isUnknown(started?.lastFailure?.message),
    ).length,
    hasPatch: all.some(
      ({ markerRecordedEventAttributes: marker }) =>
        marker?.markerName === 'core_patch' && JSON.stringify(decoded(marker.details)).includes(PATCH),
    ),
    buildIds: [...new Set(buildIds)],
  };
}

/** The SDK's words of a worker that was given an activity that it does not have; kept of the last try that failed. */
const isUnknown = (message: string | null | undefined): boolean => /is not registered/.test(message ?? '');

/** Of a marker's details the bytes are text: JSON with the patch's id. */
const decoded = (details: Record<string, { payloads?: { data?: Uint8Array | null }[] | null }> | null | undefined) =>
  Object.values(details ?? {}).flatMap(({ payloads }) =>
    (payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('utf8')),
  );

/** temporal.api.enums.v1.WorkflowTaskFailedCause: 24 is NON_DETERMINISTIC_ERROR. */
function isNondeterminism(cause: unknown): boolean {
  return cause === 24;
}
