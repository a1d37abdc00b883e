import { AsyncResource } from 'node:async_hooks';
import type { RequestHandler, Response } from 'express';
import { currentTrace, inRequestTrace } from '#integrations/tracing/trace-context.ts';
import type { RouteName } from '#contract/routes.ts';
import type { ApiLog, ApiMeter } from './parts.ts';

/**
 * Begins each request's trace, and tells of its answer: by the name of its operation, never by its path, which has ids in it, and links'
 * secrets. What changed something is logged.
 */
export function observeRequests(meter: ApiMeter, log: ApiLog): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    inRequestTrace(request.get('traceparent'), () => {
      const trace = AsyncResource.bind(currentTrace);
      response.once('finish', () => {
        const route = routeOf(response) ?? (request.originalUrl.startsWith('/api/') ? 'unknown' : 'web');
        const seconds = (performance.now() - started) / 1000;
        const { statusCode: status } = response;
        meter.requestAnswered({ route, status: String(status), seconds });
        if (changes.has(request.method)) log.info({ ...trace(), route, status, seconds }, 'a request was answered');
      });
      next();
    });
  };
}

const changes: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export function nameRoute(response: Response, name: RouteName): void {
  response.locals['route'] = name;
}

function routeOf(response: Response): string | undefined {
  const name: unknown = response.locals['route'];
  return typeof name === 'string' ? name : undefined;
}
