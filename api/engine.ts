import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { ChangeOutcome, HoldOutcome } from '#workflows/booking/effects.ts';
import {
  accountMailWorkflowType,
  bookingOfWorkflow,
  bookingsQueue,
  bookingWorkflowId,
  bookingWorkflowType,
  change,
  hold,
  news,
  searchAttributes,
  type BookingInput,
} from '#workflows/booking/messages.ts';
import { retentionWorkflowType } from '#workflows/retention/messages.ts';

/** Ids and times by which operators find a booking: nothing personal. */
export type StartedBooking = {
  id: string;
  organizationId: string;
  hostId: string;
  meetingTypeId: string;
  startsAt: Date;
};

export type BookingEngine = {
  /** Starts the booking's workflow and learns whether it got the slot: one round trip. The same booking twice gets the same answer. */
  hold(booking: StartedBooking): Promise<HoldOutcome>;
  /** Asks for a change that is written down under `requestId`; a workflow that is gone is started anew for it. */
  change(booking: StartedBooking, requestId: string): Promise<ChangeOutcome>;
  /** Something new is stored about this booking: its workflow should look, and is started when there is none. */
  nudge(booking: StartedBooking): Promise<void>;
  /** Of these bookings, those whose workflow runs, by the engine's list: it is a moment behind. */
  running(bookingIds: readonly string[]): Promise<readonly string[]>;
  /**
   * For a booking that stands still although it was nudged: when its workflow's task keeps failing (its history cannot be replayed, its type
   * is unknown), a new run takes its place and goes on from the stored state. @returns whether one did.
   */
  revive(booking: StartedBooking): Promise<boolean>;
  /** Starts the sending of a mail that is about no booking. */
  sendAccountMail(messageId: string): Promise<void>;
  /** Starts a run of the retention policies beside the scheduled ones: what was erased just now is deleted from the store by it. */
  applyRetention(): Promise<void>;
  check(): Promise<void>;
};

/** The engine did not answer, or the worker could not reach the database: nothing is lost, the caller may ask again. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}

const answerTimeoutMs = 20_000;
/** A worker that died over a task is waited for so long, and whoever asked for the slot with it; then another worker gets the task. */
const workflowTaskTimeout = '5 seconds';
/** So often does no workflow task fail that only waits for a worker or a database to come back. */
const hopelessAttempts = 5;

export function createBookingEngine(client: Client): BookingEngine {
  const start = (booking: StartedBooking, resume: boolean) =>
    new WithStartWorkflowOperation(bookingWorkflowType, {
      ...startOptions(booking, resume),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
  const answered = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + answerTimeoutMs, work).catch((error: unknown) => {
      if (error instanceof WorkflowUpdateFailedError)
        throw new EngineUnavailable('The worker could not finish the request.', { cause: error });
      throw new EngineUnavailable('The workflow engine did not answer.', { cause: error });
    });
  return {
    hold: (booking) =>
      answered(() =>
        client.workflow.executeUpdateWithStart(hold, {
          updateId: 'hold',
          startWorkflowOperation: start(booking, false),
        }),
      ),
    change: (booking, requestId) =>
      answered(() =>
        client.workflow.executeUpdateWithStart(change, {
          updateId: requestId,
          args: [requestId],
          startWorkflowOperation: start(booking, true),
        }),
      ),
    nudge: async (booking) => {
      await answered(() =>
        client.workflow.signalWithStart(bookingWorkflowType, {
          ...startOptions(booking, true),
          signal: news,
          signalArgs: [],
        }),
      );
    },
    running: (bookingIds) => answered(() => runningAmong(client, bookingIds)),
    revive: async (booking) => {
      if (!(await answered(() => isHopeless(client, bookingWorkflowId(booking.id))))) return false;
      await answered(() =>
        client.workflow.start(bookingWorkflowType, {
          ...startOptions(booking, true),
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.TERMINATE_EXISTING,
        }),
      );
      return true;
    },
    sendAccountMail: async (messageId) => {
      await answered(() =>
        client.workflow.start(accountMailWorkflowType, {
          workflowId: `mail-${messageId}`,
          taskQueue: bookingsQueue,
          args: [messageId],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        }),
      );
    },
    applyRetention: async () => {
      await answered(() =>
        client.workflow.start(retentionWorkflowType, {
          workflowId: 'retention-now',
          taskQueue: bookingsQueue,
          args: [],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        }),
      );
    },
    check: async () => {
      await client.withDeadline(Date.now() + 2_000, () => client.connection.workflowService.getSystemInfo({}));
    },
  };
}

/** So many ids does one question name. */
const namedAtOnce = 100;

async function runningAmong(client: Client, bookingIds: readonly string[]): Promise<string[]> {
  const running: string[] = [];
  for (let first = 0; first < bookingIds.length; first += namedAtOnce) {
    const named = bookingIds.slice(first, first + namedAtOnce).map((id) => `'${bookingWorkflowId(id)}'`);
    const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${named.join(', ')})`;
    for await (const { workflowId } of client.workflow.list({ query })) {
      const bookingId = bookingOfWorkflow(workflowId);
      if (bookingId !== null) running.push(bookingId);
    }
  }
  return running;
}

async function isHopeless(client: Client, workflowId: string): Promise<boolean> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  if ((raw.pendingWorkflowTask?.attempt ?? 0) >= hopelessAttempts) return true;
  // News begins a new count of attempts, and leaves the failure before it in the history.
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 100,
  });
  const events = history?.events ?? [];
  const lastSuccess = events.findIndex(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  const since = lastSuccess === -1 ? events : events.slice(0, lastSuccess);
  const failures = since.filter(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure);
  return failures.length >= hopelessAttempts;
}

function startOptions(booking: StartedBooking, resume: boolean) {
  const input: BookingInput = { bookingId: booking.id, resume };
  return {
    workflowId: bookingWorkflowId(booking.id),
    taskQueue: bookingsQueue,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    workflowTaskTimeout,
    args: [input],
    staticSummary: `Meeting at ${booking.startsAt.toISOString()}`,
    typedSearchAttributes: new TypedSearchAttributes([
      { key: searchAttributes.organizationId, value: booking.organizationId },
      { key: searchAttributes.hostId, value: booking.hostId },
      { key: searchAttributes.meetingTypeId, value: booking.meetingTypeId },
      { key: searchAttributes.startsAt, value: booking.startsAt },
      { key: searchAttributes.needsAttention, value: false },
    ]),
  };
}
