import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { Live, Ready } from '#contract/operations.ts';
import { Problem, problems, type ProblemCode } from '#contract/problems.ts';
import { routes, type Route } from '#contract/routes.ts';

/** OpenAPI 3.1, made from the table that the router is made from. */
export function openApiDocument(publicUrl: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const [operationId, route] of Object.entries<Route>(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(operationId, route) };
  }
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Countersign',
      version: '1.0.0',
      description:
        'Scheduling where the slot is held while the guest signs. Hosts use a session cookie with X-CSRF-Token; guests use the token of their ' +
        'booking’s secret link as a bearer token. Errors are RFC 9457 problem details with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: { ...paths, ...healthPaths(publicUrl) },
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: publicUrl.startsWith('https:') ? '__Host-countersign' : 'countersign',
        },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
        guest: { type: 'http', scheme: 'bearer', description: 'The token of a booking’s secret link' },
      },
    },
  });
}

/** What the operations are about, in the order in which one meets them. */
const tags: Readonly<Record<string, string>> = {
  guest: 'Public pages, and a guest’s own booking by its secret link',
  signing: 'Reading and signing the NDA',
  verification: 'Whether a document is whole; open to anybody',
  accounts: 'Registering, logging in, sessions, passwords',
  availability: 'When a host can be booked',
  'meeting types': 'What can be booked',
  NDA: 'The texts that guests agree to',
  bookings: 'Bookings as their hosts see and manage them',
  operations: 'What could not be processed; whether the system is well',
  webhooks: 'What signing providers call',
};

/** Beside the versioned API: what load balancers and monitors ask. */
function healthPaths(publicUrl: string): ZodOpenApiPathsObject {
  const servers = [{ url: publicUrl }];
  const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
  return {
    '/health/live': {
      servers,
      get: {
        operationId: 'live',
        summary: 'Whether the process answers',
        tags: ['operations'],
        responses: { 200: { description: 'It does', ...json(Live) } },
      },
    },
    '/health/ready': {
      servers,
      get: {
        operationId: 'ready',
        summary: 'Whether each dependency answers',
        tags: ['operations'],
        responses: {
          200: { description: 'All do', ...json(Ready) },
          503: { description: 'At least one does not, by name', ...json(Ready) },
        },
      },
    },
  };
}

const retryAfter = z.int().min(0).meta({ description: 'Seconds to wait' });
const everywhere: readonly ProblemCode[] = ['rate_limited', 'dependency_unavailable', 'internal'];

function operation(operationId: string, route: Route): ZodOpenApiOperationObject {
  const { params: path, query, headers: header } = route;
  return {
    operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.audience === 'host' && {
      security: [route.method === 'get' ? { session: [] } : { session: [], csrf: [] }],
    }),
    ...(route.audience === 'guest' && { security: [{ guest: [] }] }),
    ...((path ?? query ?? header) && {
      requestParams: { ...(path && { path }), ...(query && { query }), ...(header && { header }) },
    }),
    ...(route.body && { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    ...(route.fileBody && {
      requestBody: { required: true, content: { [route.fileBody]: { schema: z.string().meta({ format: 'binary' }) } } },
    }),
    responses: { [route.success.status]: success(route), ...refusals(route) } as ZodOpenApiOperationObject['responses'],
  };
}

function success({ success: { body, mediaType } }: Route) {
  if (mediaType)
    return { description: 'The file', content: { [mediaType]: { schema: z.string().meta({ format: 'binary' }) } } };
  return body
    ? { description: 'Success', content: { 'application/json': { schema: body } } }
    : { description: 'Success' };
}

/** Which codes each status can carry. */
function refusals(route: Route): Record<string, object> {
  const codes = new Set<ProblemCode>([...everywhere, ...(route.problems ?? [])]);
  if (route.params || route.query || route.body || route.headers) codes.add('validation_failed');
  if (route.body)
    for (const code of ['malformed_body', 'body_too_large', 'unsupported_media_type'] as const) codes.add(code);
  if (route.params || route.audience === 'guest' || route.body) codes.add('not_found');
  if (route.audience === 'host') for (const code of ['not_logged_in', 'not_allowed'] as const) codes.add(code);
  if (route.audience === 'host' && route.method !== 'get') codes.add('csrf_refused');
  if (route.headers) codes.add('idempotency_key_reused');
  const byStatus = Map.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: list.map((code) => `\`${code}\`: ${problems[code].title}`).join('\n\n'),
        ...(status === 429 && { headers: { 'Retry-After': { schema: retryAfter } } }),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}
