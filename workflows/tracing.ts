import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { proxySinks, uuid4, type Sinks, type WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** A message that a workflow has dealt with: what the worker makes a span of. Times in milliseconds since 1970, on the workflow's clock. */
export type HandledMessage = {
  name: string;
  /** W3C `traceparent` of who sent it. */
  causedBy: string;
  /** 16 hexadecimal digits; the steps that it caused name it as their parent. */
  spanId: string;
  startedAt: number;
  endedAt: number;
  isFailed: boolean;
};

export interface TraceSinks extends Sinks {
  traces: { handled(message: HandledMessage): void };
}

const header = 'traceparent';

/**
 * Steps belong to the trace of what caused them last: a message, or whoever started the workflow. When a timer has fired, nobody did: what
 * follows begins traces of its own, and is found by its booking's id.
 *
 * What holds: nothing here waits, asks for anything of the engine, or depends on settings, so that a history replays whether its messages
 * carried a trace or not, and whether this was there when it was made.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  const { traces } = proxySinks<TraceSinks>();
  let cause: string | undefined;

  const handle = <T>(name: string, headers: Headers, work: () => Promise<T>): Promise<T> => {
    const causedBy = read(headers);
    if (causedBy === undefined) return work();
    const spanId = uuid4().replaceAll('-', '').slice(0, 16);
    const [version, traceId, , flags] = causedBy.split('-');
    cause = [version, traceId, spanId, flags].join('-');
    const startedAt = Date.now();
    const end = (isFailed: boolean) => () =>
      traces.handled({ name, causedBy, spanId, startedAt, endedAt: Date.now(), isFailed });
    const result = work();
    result.then(end(false), end(true));
    return result;
  };
  const withCause = <T extends { headers: Headers }>(input: T): T =>
    cause === undefined
      ? input
      : { ...input, headers: { ...input.headers, [header]: defaultPayloadConverter.toPayload(cause) } };

  return {
    inbound: [
      {
        execute: (input, next) => {
          cause ??= read(input.headers);
          return next(input);
        },
        handleUpdate: (input, next) => handle(`update ${input.name}`, input.headers, () => next(input)),
        handleSignal: (input, next) => handle(`signal ${input.signalName}`, input.headers, () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withCause(input)),
        scheduleLocalActivity: (input, next) => next(withCause(input)),
        continueAsNew: (input, next) => next(withCause(input)),
        startTimer: (input, next) => {
          const fired = next(input);
          fired.then(
            () => (cause = undefined),
            () => {},
          );
          return fired;
        },
      },
    ],
  };
};

function read(headers: Headers): string | undefined {
  const payload = headers[header];
  const value: unknown = payload && defaultPayloadConverter.fromPayload(payload);
  return typeof value === 'string' && /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(value) ? value : undefined;
}
