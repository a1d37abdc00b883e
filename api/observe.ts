import { AsyncResource } from 'node:async_hooks';
import type { Request, RequestHandler, Response } from 'express';
import { beginSpan } from '#integrations/tracing/spans.ts';
import { currentTrace, inRequestTrace } from '#integrations/tracing/trace-context.ts';
import { routes, type RouteName } from '#contract/routes.ts';
import type { ApiLog, ApiMeter } from './parts.ts';

/**
 * Begins each request's trace, and tells of its answer: by the name of its operation, never by its path, which has ids in it, and links'
 * secrets. What changed something is logged.
 */
export function observeRequests(meter: ApiMeter, log: ApiLog): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const causedBy = request.get('traceparent');
    inRequestTrace(causedBy, () => {
      traceAnswer(request, response, causedBy, () => {
        const trace = AsyncResource.bind(currentTrace);
        response.once('finish', () => {
          const route = routeOf(request, response);
          const seconds = (performance.now() - started) / 1000;
          const { statusCode: status } = response;
          meter.requestAnswered({ route, status: String(status), seconds });
          if (changes.has(request.method)) log.info({ ...trace(), route, status, seconds }, 'a request was answered');
        });
        next();
      });
    });
  };
}

/** The span of a request to the API, until its answer has left or its caller has gone. Pages and files are none. */
function traceAnswer(request: Request, response: Response, causedBy: string | undefined, work: () => void): void {
  if (!isOfApi(request)) return work();
  const { method } = request;
  const span = beginSpan(method, { kind: 'SERVER', causedBy, attributes: { 'http.request.method': method } });
  span.run(() => {
    const trace = AsyncResource.bind(currentTrace);
    response.once('close', () => {
      const name = nameOf(response);
      const path = name === undefined ? undefined : `/api/v1${routes[name].path}`;
      const { statusCode } = response;
      span.describe(path === undefined ? method : `${method} ${path}`, {
        'http.response.status_code': statusCode,
        ...(path !== undefined && { 'http.route': path }),
        ...(trace()?.bookingId !== undefined && { 'countersign.booking.id': trace()?.bookingId }),
      });
      if (statusCode >= 500) span.fail(statusCode);
      else span.end();
    });
    work();
  });
}

const isOfApi = (request: Request): boolean => request.originalUrl.startsWith('/api/');
const changes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function nameRoute(response: Response, name: RouteName): void {
  response.locals['route'] = name;
}

/** The request's operation, for whoever reads of it: `web` for pages and files. */
export function routeOf(request: Request, response: Response): string {
  return nameOf(response) ?? (isOfApi(request) ? 'unknown' : 'web');
}

function nameOf(response: Response): RouteName | undefined {
  const name = response.locals['route'] as unknown;
  return typeof name === 'string' ? (name as RouteName) : undefined;
}
