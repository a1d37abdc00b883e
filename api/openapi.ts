import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { Live, Ready } from '#contract/operations.ts';
import { Problem, problems, type ProblemCode } from '#contract/problems.ts';
import { scopeOf, scopes } from '#contract/api-keys.ts';
import { routes, type Route } from '#contract/routes.ts';
import { tags } from '#contract/tags.ts';

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
        'Scheduling where the slot is held while the guest signs. Hosts use a session cookie with X-CSRF-Token, their programs an API key; guests use the token of their ' +
        'booking’s secret link as a bearer token. Errors are RFC 9457 problem details with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    tags: Object.entries(tags).map(([name, { about }]) => ({ name, description: about })),
    paths: { ...paths, ...healthPaths(publicUrl) },
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: publicUrl.startsWith('https:') ? '__Host-countersign' : 'countersign',
        },
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: `An API key (csk_…). Scopes: ${Object.entries(scopes)
            .map(([name, text]) => `\`${name}\` ${text.toLowerCase()}`)
            .join('; ')}.`,
        },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
        guest: { type: 'http', scheme: 'bearer', description: 'The token of a booking’s secret link' },
      },
    },
  });
}

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
        summary: 'Whether the process can serve, and what is degraded',
        tags: ['operations'],
        responses: {
          200: { description: 'It can; a dependency that is away or behind is named', ...json(Ready) },
          503: { description: 'It cannot: the database is away', ...json(Ready) },
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
    ...(route.audience === 'host' && { security: hostSecurity(route) }),
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

/** A session with its CSRF token, or an API key with its scope. */
function hostSecurity(route: Route): Record<string, string[]>[] {
  const session = route.method === 'get' ? { session: [] } : { session: [], csrf: [] };
  const scope = scopeOf(route);
  return scope === 'none' ? [session] : [session, { apiKey: scope === 'any' ? [] : [scope] }];
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
  if (route.audience === 'host')
    for (const code of ['not_logged_in', 'not_allowed', 'api_key_invalid', 'scope_missing'] as const) codes.add(code);
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
