import { ApplicationFailure, Context } from '@temporalio/activity';
import {
  Worker,
  type ActivityInboundCallsInterceptor,
  type NativeConnection,
  type WorkerDeploymentOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { currentTrace, inStepTrace } from '#integrations/tracing/trace-context.ts';
import { readProgress } from '#db/queries/bookings.ts';
import { bookingOfWorkflow, bookingsQueue, documentsQueue, mailQueue } from '#workflows/booking/messages.ts';
import type { DocumentEffects, HousekeepingEffects, MailEffects } from '#workflows/booking/effects.ts';
import type { RetentionEffects } from '#workflows/retention/effects.ts';
import { applyRetention } from './apply-retention.ts';
import { collectSigned } from './collect-signed.ts';
import { createAgreement } from './create-agreement.ts';
import type { Log, Parts } from './parts.ts';
import { quickEffects } from './quick.ts';
import { sendEnvelope } from './send-envelope.ts';
import { sendMail } from './send-mail.ts';
import { sweep } from './sweep.ts';
import { voidEnvelope } from './void-envelope.ts';

export type WorkerOptions = {
  connection: NativeConnection;
  namespace: string;
  workflowBundle: WorkflowBundleOption;
  /** The code's version, where tasks go by version. */
  versioning?: WorkerDeploymentOptions;
};

/**
 * The three workers of one process, each on its own task queue, so that a slow PDF or mail server never delays a hold. Their `run` resolves
 * after a shutdown, with what was under way finished.
 */
export async function createWorkers(parts: Parts, options: WorkerOptions): Promise<Worker[]> {
  const { connection, namespace, workflowBundle, versioning } = options;
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
  return Promise.all([
    Worker.create({
      ...shared,
      taskQueue: bookingsQueue,
      workflowBundle,
      activities: { ...quickEffects(parts), ...housekeepingEffects(parts) },
      maxCachedWorkflows: 2_000,
      maxConcurrentWorkflowTaskExecutions: 100,
      maxConcurrentActivityTaskExecutions: 50,
      maxConcurrentLocalActivityExecutions: 100,
    }),
    Worker.create({
      ...shared,
      taskQueue: documentsQueue,
      activities: documentEffects(parts),
      maxConcurrentActivityTaskExecutions: 4,
    }),
    Worker.create({
      ...shared,
      taskQueue: mailQueue,
      activities: mailEffects(parts),
      maxConcurrentActivityTaskExecutions: 10,
    }),
  ]);
}

function documentEffects(parts: Parts): DocumentEffects {
  const after = (work: (parts: Parts, bookingId: string) => Promise<void>) => async (bookingId: string) => {
    await work(parts, bookingId);
    parts.facts.soon(bookingId);
    return readProgress(parts.database, bookingId);
  };
  return {
    createAgreement: after(createAgreement),
    sendEnvelope: after((made, bookingId) => sendEnvelope(made, bookingId, Context.current().info.attempt > 1)),
    voidEnvelope: after(voidEnvelope),
    collectSigned: after(collectSigned),
  };
}

const mailEffects = (parts: Parts): MailEffects => ({ sendMail: (messageId) => sendMail(parts, messageId) });
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
        const type = error instanceof Error ? error.name : 'Error';
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

/** What a step logs carries its booking's id and trace. */
const traced: ActivityInboundCallsInterceptor = {
  execute: (input, next) => {
    const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
    return inStepTrace(bookingOfWorkflow(workflowId), () => next(input));
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
