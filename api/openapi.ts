import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
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
    paths,
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
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}
