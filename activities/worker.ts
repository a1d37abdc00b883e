import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  Worker,
  type ActivityInboundCallsInterceptor,
  type InjectedSinks,
  type NativeConnection,
  type WorkerDeploymentOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { causeOf } from '#integrations/tracing/engine-calls.ts';
import { inSpan, recordPastSpan } from '#integrations/tracing/spans.ts';
import { currentTrace, inStepTrace } from '#integrations/tracing/trace-context.ts';
import { bookingOfWorkflow, bookingsQueue, documentsQueue, mailQueue } from '#workflows/booking/messages.ts';
import type { DocumentEffects, HousekeepingEffects, MailEffects } from '#workflows/booking/effects.ts';
import type { RetentionEffects } from '#workflows/retention/effects.ts';
import type { TraceSinks } from '#workflows/tracing.ts';
import { applyRetention } from './apply-retention.ts';
import { collectSigned } from './collect-signed.ts';
import { createAgreement } from './create-agreement.ts';
import { kindOfFailure } from './failure-kind.ts';
import type { Log, Parts } from './parts.ts';
import { afterChange } from './progress.ts';
import { quickEffects } from './quick.ts';
import { sendEnvelope } from './send-envelope.ts';
import { sendAccountMails, sendBookingMails } from './send-mails.ts';
import { sweep } from './sweep.ts';
import { voidEnvelope } from './void-envelope.ts';

export type TaskQueue = typeof bookingsQueue | typeof documentsQueue | typeof mailQueue;

export type WorkerOptions = {
  connection: NativeConnection;
  namespace: string;
  /** Those that this process serves. */
  queues: readonly TaskQueue[];
  /** Asked for where workflows run. */
  workflowBundle: () => Promise<WorkflowBundleOption>;
  /** The code's version, where tasks go by version. */
  versioning?: WorkerDeploymentOptions;
};

/**
 * The workers of one process, each on its own task queue, so that a slow PDF or mail server never delays a hold; where queues are served by
 * processes of their own, what a PDF or a seal computes does not either. Their `run` resolves after a shutdown, with what was under way
 * finished.
 */
export async function createWorkers(parts: Parts, options: WorkerOptions): Promise<Worker[]> {
  const { connection, namespace, versioning } = options;
  const shared = {
    connection,
    namespace,
    ...(versioning && { workerDeploymentOptions: versioning }),
    shutdownGraceTime: '10 seconds',
    shutdownForceTime: '20 seconds',
    maxHeartbeatThrottleInterval: '2 seconds',
    interceptors: {
      activity: [
        () => ({ inbound: traced }),
        () => ({ inbound: failuresWithoutPersons(parts.log) }),
        () => ({ inbound: heartbeats }),
        () => ({ inbound: measured(parts) }),
      ],
    },
  };
  const create: Record<TaskQueue, () => Promise<Worker>> = {
    [bookingsQueue]: async () =>
      Worker.create({
        ...shared,
        taskQueue: bookingsQueue,
        workflowBundle: await options.workflowBundle(),
        sinks: workflowTraces,
        activities: { ...quickEffects(parts), ...housekeepingEffects(parts) },
        maxCachedWorkflows: 2_000,
        // Where the worker died that knows a workflow, the next one learns it after so long.
        stickyQueueScheduleToStartTimeout: '5 seconds',
        maxConcurrentWorkflowTaskExecutions: 100,
        maxConcurrentActivityTaskExecutions: 50,
        maxConcurrentLocalActivityExecutions: 100,
      }),
    [documentsQueue]: () =>
      Worker.create({
        ...shared,
        taskQueue: documentsQueue,
        activities: documentEffects(parts),
        // Two processors' worth: more at once make each slower, and whoever takes a slot waits beside them.
        maxConcurrentActivityTaskExecutions: 2,
      }),
    [mailQueue]: () =>
      Worker.create({
        ...shared,
        taskQueue: mailQueue,
        activities: mailEffects(parts),
        maxConcurrentActivityTaskExecutions: 10,
      }),
  };
  return Promise.all(options.queues.map((queue) => create[queue]()));
}

function documentEffects(parts: Parts): DocumentEffects {
  const after = (work: (parts: Parts, bookingId: string) => Promise<void>) => async (bookingId: string) => {
    await work(parts, bookingId);
    return afterChange(parts, bookingId);
  };
  return {
    createAgreement: after(createAgreement),
    sendEnvelope: after((made, bookingId) => sendEnvelope(made, bookingId, Context.current().info.attempt > 1)),
    voidEnvelope: after(voidEnvelope),
    collectSigned: after(collectSigned),
  };
}

function mailEffects(parts: Parts): MailEffects {
  const send = (messageIds: readonly string[]): Promise<void> => {
    const bookingId = bookingOfWorkflow(Context.current().info.workflowExecution?.workflowId ?? '');
    return bookingId === null ? sendAccountMails(parts, messageIds) : sendBookingMails(parts, bookingId, messageIds);
  };
  return { sendMails: send, sendMail: (messageId) => send([messageId]) };
}
const housekeepingEffects = (parts: Parts): HousekeepingEffects & RetentionEffects => ({
  sweep: () => sweep(parts),
  applyRetention: () => applyRetention(parts),
});

/**
 * The engine's history is plain text that operators read: of a failure it keeps the kind, never the message, which may name a person. The
 * log has the whole of it.
 */
function failuresWithoutPersons(log: Log): ActivityInboundCallsInterceptor {
  return {
    execute: async (input, next) => {
      try {
        return await next(input);
      } catch (error) {
        const type = kindOfFailure(error);
        log.error({ error, activityFailure: type }, 'an activity failed');
        throw ApplicationFailure.create({
          message: `${type}: the worker's log has the details`,
          type,
          nonRetryable: false,
        });
      }
    },
  };
}

/**
 * What a step logs carries its booking's id and trace; where spans are sent, it is one, caused by what the workflow says. What nobody asked for
 * and is about no booking, such as the sweep, is none.
 */
const traced: ActivityInboundCallsInterceptor = {
  execute: (input, next) => {
    const { activityType, attempt, workflowExecution } = Context.current().info;
    const bookingId = bookingOfWorkflow(workflowExecution?.workflowId ?? '');
    const causedBy = causeOf(input.headers);
    return inStepTrace(bookingId, () =>
      causedBy === undefined && bookingId === null
        ? next(input)
        : inSpan(`step ${activityType}`, { causedBy, attributes: { 'countersign.attempt': attempt } }, () =>
            next(input),
          ),
    );
  },
};

/** Workflows can send nothing themselves: what they have dealt with, they tell their worker. */
const workflowTraces: InjectedSinks<TraceSinks> = {
  traces: {
    handled: {
      fn: ({ workflowId }, { name, causedBy, ...times }) =>
        inStepTrace(bookingOfWorkflow(workflowId), () =>
          recordPastSpan({ name: `workflow ${name}`, causedBy: { traceparent: causedBy }, ...times }),
        ),
      callDuringReplay: false,
    },
  },
};

function measured({ meter, log }: Pick<Parts, 'meter' | 'log'>): ActivityInboundCallsInterceptor {
  return {
    execute: async (input, next) => {
      const { activityType: activity } = Context.current().info;
      const started = performance.now();
      const ended = (outcome: 'done' | 'failed') => {
        const seconds = (performance.now() - started) / 1000;
        meter.activityEnded({ activity, outcome, seconds });
        if (currentTrace()?.bookingId) log.info({ activity, outcome, seconds }, 'a step ended');
      };
      try {
        const result = await next(input);
        ended('done');
        return result;
      } catch (error) {
        ended('failed');
        throw error;
      }
    },
  };
}

/** Says that this worker lives for as long as a step is under way, where the workflow wants to know. */
const heartbeats: ActivityInboundCallsInterceptor = {
  execute: async (input, next) => {
    const context = Context.current();
    const { heartbeatTimeoutMs } = context.info;
    if (!heartbeatTimeoutMs) return next(input);
    const beating = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / 5);
    try {
      return await next(input);
    } finally {
      clearInterval(beating);
    }
  },
};
