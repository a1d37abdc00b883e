import type { RequestHandler, Response } from 'express';
import type { RouteName } from '#contract/routes.ts';
import type { ApiMeter } from './parts.ts';

/** Tells the meter of each answer: by the name of its operation, never by its path, which has ids in it. */
export function measureRequests(meter: ApiMeter): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    response.once('finish', () => {
      meter.requestAnswered({
        route: routeOf(response) ?? (request.originalUrl.startsWith('/api/') ? 'unknown' : 'web'),
        status: String(response.statusCode),
        seconds: (performance.now() - started) / 1000,
      });
    });
    next();
  };
}

export function nameRoute(response: Response, name: RouteName): void {
  response.locals['route'] = name;
}

function routeOf(response: Response): string | undefined {
  const name: unknown = response.locals['route'];
  return typeof name === 'string' ? name : undefined;
}
