import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';
import { problems, type Problem, type ProblemCode } from '#contract/problems.ts';
import { problemOfConstraint } from '#db/errors.ts';
import { routeOf } from './observe.ts';
import type { ApiLog, ApiMeter } from './parts.ts';

type FieldError = { field: string; code: string; message: string };

/** A refusal on its way to the client: one of the codes in contract/problems.ts. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ProblemCode;
  readonly detail: { errors?: FieldError[]; context?: Record<string, unknown>; detail?: string };
  constructor(
    code: ProblemCode,
    detail: { errors?: FieldError[]; context?: Record<string, unknown>; detail?: string } = {},
  ) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

export function toProblem(refused: Refused): Problem {
  const { status, title } = problems[refused.code];
  return {
    type: `https://countersign.example/problems/${refused.code}`,
    title,
    status,
    code: refused.code,
    ...refused.detail,
  };
}

/** Each zod issue as a field of the request: `place` is body, query, params or headers. */
export function validationFailed(place: string, error: z.ZodError): Refused {
  const errors = error.issues.map((issue) => ({
    field: (place === 'body' && issue.path.length > 0 ? issue.path : [place, ...issue.path]).join('.'),
    code: issue.code ?? 'invalid',
    message: issue.message,
  }));
  return new Refused('validation_failed', { errors });
}

/**
 * The last stop of every request that failed. What we did not expect is logged whole, and told as nothing but `internal`. Requests are named by
 * their operation, as everywhere in the log: a path may have a link's secret in it.
 */
export function problemHandler(log: ApiLog, meter: ApiMeter): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refused = asRefused(error);
    meter.refused(refused.code);
    const { method } = request;
    const route = routeOf(request, response);
    if (refused.code === 'internal') log.error({ error, method, route }, 'a request failed');
    if (refused.code === 'dependency_unavailable') log.warn({ error, method, route }, 'a dependency did not answer');
    // Somebody follows a link: a page says it better than JSON.
    if (refused.code === 'link_expired' && request.accepts(['json', 'html']) === 'html')
      return response.redirect(303, '/link-over');
    const problem = toProblem(refused);
    const retryAfter = refused.detail.context?.['retryAfterSeconds'];
    if (typeof retryAfter === 'number') response.setHeader('Retry-After', String(retryAfter));
    response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  };
}

function asRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const constraint = problemOfConstraint(error);
  if (constraint) return new Refused(constraint);
  const type = error instanceof Error && 'type' in error ? String(error.type) : '';
  if (type === 'entity.too.large') return new Refused('body_too_large');
  if (type === 'entity.parse.failed' || type === 'request.aborted' || type === 'request.size.invalid')
    return new Refused('malformed_body');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return new Refused('unsupported_media_type');
  if (error instanceof URIError) return new Refused('not_found');
  // What the body parser says of bytes that are not what Content-Encoding promises.
  if (error instanceof Error && 'status' in error && error.status === 400) return new Refused('malformed_body');
  return new Refused(isUnavailable(error) ? 'dependency_unavailable' : 'internal');
}

const unavailableNames = new Set([
  'ConnectionError',
  'BackendTerminatedError',
  'BackendTerminatedUnexpectedlyError',
  'StatementTimeoutError',
  'ServiceError',
  'EngineUnavailable',
]);

/** A database or engine that is away is no fault of the request, nor of ours: try again. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (unavailableNames.has(error.name)) return true;
  const code = 'code' in error ? String(error.code) : '';
  return (
    code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'ETIMEDOUT' || code === '57P01' || code === '57P03'
  );
}
