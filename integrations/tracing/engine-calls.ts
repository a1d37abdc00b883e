import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { inSpan, isTraced, traceparentNow } from './spans.ts';

/** The header by which calls to the engine, and the engine's calls to steps, say what caused them (workflows/tracing.ts). */
const traceparent = 'traceparent';

/** A span for each message to a workflow; the workflow, and what it does for it, belong to the same trace. */
export const tracedCalls: WorkflowClientInterceptor = {
  start: (input, next) =>
    called(`start ${input.workflowType}`, () => next({ ...input, headers: caused(input.headers) })),
  startWithDetails: (input, next) =>
    called(`start ${input.workflowType}`, () => next({ ...input, headers: caused(input.headers) })),
  signalWithStart: (input, next) =>
    called(`signal ${input.signalName}`, () => next({ ...input, headers: caused(input.headers) })),
  startUpdate: (input, next) =>
    called(`update ${input.updateName}`, () => next({ ...input, headers: caused(input.headers) })),
  startUpdateWithStart: (input, next) =>
    called(`update ${input.updateName}`, () => next({ ...input, updateHeaders: caused(input.updateHeaders) })),
};

function called<T>(name: string, call: () => Promise<T>): Promise<T> {
  return isTraced() ? inSpan(`engine ${name}`, { kind: 'CLIENT' }, call) : call();
}

function caused(headers: Headers): Headers {
  const now = traceparentNow();
  return now === undefined ? headers : { ...headers, [traceparent]: defaultPayloadConverter.toPayload(now) };
}

/** What the caller said that caused this; undefined: nothing. */
export function causeOf(headers: Headers): string | undefined {
  const payload = headers[traceparent];
  const value: unknown = payload && defaultPayloadConverter.fromPayload(payload);
  return typeof value === 'string' ? value : undefined;
}
