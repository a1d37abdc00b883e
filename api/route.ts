import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import { reachOf, type HostRouteName } from '#contract/permissions.ts';
import { routes, type Route, type RouteName, type Routes } from '#contract/routes.ts';
import { apiKeyOf, hostOfApiKey } from './auth/api-keys.ts';
import {
  guestOfHeader,
  hostOfCookies,
  requireOwnPage,
  type GuestIdentity,
  type HostCaller,
  type HostIdentity,
} from './auth/identity.ts';
import { createIdempotency, idOfRequest, type Idempotency } from './idempotency.ts';
import { limitOf, type Limiter } from './limits.ts';
import { traceBooking } from '#integrations/tracing/trace-context.ts';
import { nameRoute } from './observe.ts';
import type { ApiParts } from './parts.ts';
import { jsonType, PreparedJson } from './prepared-json.ts';
import { Refused, validationFailed } from './problem.ts';

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
type Field<N extends RouteName, K extends keyof Route> = Routes[N] extends { [P in K]: infer T } ? T : undefined;
type Identity<N extends RouteName> = Routes[N]['audience'] extends 'host'
  ? HostCaller
  : Routes[N]['audience'] extends 'guest'
    ? GuestIdentity
    : null;

/** One request, parsed: what a handler works with. */
export type Call<N extends RouteName> = {
  params: Parsed<Field<N, 'params'>>;
  query: Parsed<Field<N, 'query'>>;
  body: Parsed<Field<N, 'body'>>;
  who: Identity<N>;
  /** The Idempotency-Key, when one was sent. */
  key: string | null;
  /** An id for what the request makes: the same request under the same key gets the same one. */
  idFor(purpose: string): string;
  ip: string | null;
  userAgent: string | null;
  rawBody: Uint8Array;
  headers: Readonly<Record<string, string | undefined>>;
  /** For cookies only: bodies are answered by returning them. */
  response: Response;
};

/** A file to download, for routes whose answer is not JSON. */
export type FileAnswer = {
  bytes: Uint8Array | string;
  filename: string;
  /** Shown where the browser can, in place of saved. */
  inline?: true;
};
type Success<N extends RouteName> = Routes[N]['success'];
export type Answer<N extends RouteName> =
  Success<N> extends { body: infer B extends z.ZodType }
    ? z.input<B>
    : Success<N> extends { mediaType: string }
      ? FileAnswer
      : void;

export type Handler<N extends RouteName> = ((call: Call<N>) => Promise<Answer<N> | PreparedJson>) & {
  /** Begins to look up what the call will need whatever its key says: meanwhile that is asked. */
  ahead?(call: Call<N>): void;
};
export type Handlers = { [N in RouteName]: Handler<N> };
type AnyHandler = ((call: unknown) => Promise<unknown>) & { ahead?(call: unknown): void };

/**
 * Puts every route of the contract on the router: parse, say who asks, call, present. Those whose paths begin with the same word stand on a
 * router of their own: each layer that does not fit costs a comparison.
 */
export function mountRoutes(router: Router, handlers: Handlers, parts: ApiParts, limiter: Limiter): void {
  const groups = new Map<string, Router>();
  const groupOf = (path: string): Router => {
    const group = groups.get(firstWord(path)) ?? express.Router();
    groups.set(firstWord(path), group);
    return group;
  };
  const answerOnce = createIdempotency(parts);
  const methods = new Map<string, Route['method'][]>();
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    const handler = handlers[name] as unknown as AnyHandler;
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    groupOf(path)[route.method](path, serve(name, route, handler, { parts, limiter, answerOnce }));
    // However its parameter is called: two routes may share an address.
    const address = path.replaceAll(/:\w+/g, ':value');
    methods.set(address, [...(methods.get(address) ?? []), route.method]);
  }
  // After all of them: a path with a parameter may take what a fixed one before it does not. Fixed ones first, for what neither takes.
  const parameters = (path: string): number => path.split(':').length;
  for (const [path, known] of [...methods].sort(([a], [b]) => parameters(a) - parameters(b)))
    groupOf(path).all(path, refuseOtherMethods(known));
  router.use((request, response, next) => {
    const group = groups.get(firstWord(request.path));
    if (group) group(request, response, next);
    else next();
  });
}

/** Express tells no capital letters apart. */
const firstWord = (path: string): string => path.slice(1).split('/', 1)[0]?.toLowerCase() ?? '';

/** RFC 9110, 15.5.6: the path is known, the method is not one of its own. */
function refuseOtherMethods(known: readonly Route['method'][]): RequestHandler {
  const allowed = [...known, ...(known.includes('get') ? ['head'] : [])]
    .map((method) => method.toUpperCase())
    .join(', ');
  return (request, response) => {
    response.setHeader('Allow', allowed);
    if (request.method !== 'OPTIONS') throw new Refused('method_not_allowed');
    response.status(204).end();
  };
}

function serve(
  name: RouteName,
  route: Route,
  handler: AnyHandler,
  { parts, limiter, answerOnce }: { parts: ApiParts; limiter: Limiter; answerOnce: Idempotency },
): RequestHandler {
  return async (request, response) => {
    nameRoute(response, name);
    await limiter(limitOf(name), addressOf(request) ?? 'unknown');
    const who = await identify(name, route, request, parts);
    const bookingId = bookingOf(route, request, who);
    if (bookingId !== null) traceBooking(bookingId);
    const call = {
      params: parse('params', route.params, request.params),
      query: parse('query', route.query, request.query),
      body: readBody(route, request),
      who,
      key: keyOf(route, request),
      idFor: (purpose: string) => idOfRequest(parts.cipher, purpose, call),
      ip: addressOf(request),
      userAgent: request.get('user-agent')?.slice(0, 300) ?? null,
      rawBody: (request as { rawBody?: Uint8Array }).rawBody ?? new Uint8Array(),
      get headers() {
        return flat(request);
      },
      response,
    };
    response.setHeader('Cache-Control', 'no-store');
    if (call.key !== null) handler.ahead?.(call);
    const work = () => handler(call);
    const answer =
      call.key === null ? { body: await work() } : await answerOnce({ name, route, call, key: call.key }, work);
    send(response, route, answer.body);
  };
}

function send(response: Response, route: Route, answer: unknown): void {
  const { status, mediaType, body } = route.success;
  if (answer instanceof PreparedJson) {
    sendPrepared(response.status(status), answer);
  } else if (mediaType) {
    const file = answer as FileAnswer;
    response
      .status(status)
      .type(mediaType)
      .setHeader(
        'Content-Disposition',
        `${file.inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
      );
    response.send(typeof file.bytes === 'string' ? file.bytes : Buffer.from(file.bytes));
  } else if (body) {
    response.status(status).json(answer);
  } else {
    response.status(status).end();
  }
}

/** With its length, so that it leaves in one piece. */
function sendPrepared(response: Response, prepared: PreparedJson): void {
  response.setHeader('Content-Type', jsonType);
  const isZipped = response.req.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isZipped) response.setHeader('Content-Encoding', 'gzip');
  const bytes = isZipped ? prepared.gzip() : prepared.plain();
  response.setHeader('Content-Length', bytes.length);
  response.end(bytes);
}

async function identify(
  name: RouteName,
  route: Route,
  request: Request,
  parts: ApiParts,
): Promise<HostCaller | GuestIdentity | null> {
  if (route.audience === 'public') return null;
  if (route.audience === 'guest') return guestOfHeader(parts.database, request.get('authorization'));
  const host = await hostOf(route, request, parts);
  const reach = reachOf(name as HostRouteName, host);
  if (reach === 'none') throw new Refused('not_allowed');
  return { ...host, reach };
}

/** By API key, or by the session's cookie. */
async function hostOf(route: Route, request: Request, parts: ApiParts): Promise<HostIdentity> {
  const apiKey = apiKeyOf(request.get('authorization'));
  if (apiKey !== null) return hostOfApiKey(parts.database, apiKey, route);
  const host = await hostOfCookies(parts, request.headers.cookie);
  if (!host) throw new Refused('not_logged_in');
  if (route.method !== 'get') requireOwnPage(request, host);
  return host;
}

/** Which booking a request is about, where its path or its sender says so. */
function bookingOf(route: Route, request: Request, who: HostIdentity | GuestIdentity | null): string | null {
  if (who && 'bookingId' in who) return who.bookingId;
  const { id } = request.params;
  return route.path.startsWith('/bookings/{id}') && typeof id === 'string' && isUuid.test(id) ? id : null;
}
const isUuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function parse(place: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value ?? {});
  if (result.error) throw validationFailed(place, result.error);
  return result.data;
}

function readBody(route: Route, request: Request): unknown {
  if (route.fileBody && !request.is(route.fileBody)) throw new Refused('unsupported_media_type');
  if (!route.body) return undefined;
  if (!request.is('application/json')) throw new Refused('unsupported_media_type');
  return parse('body', route.body, request.body);
}

function keyOf(route: Route, request: Request): string | null {
  if (!route.headers) return null;
  const headers = parse('headers', route.headers, { 'idempotency-key': request.get('idempotency-key') }) as {
    'idempotency-key'?: string;
  };
  return headers['idempotency-key'] ?? null;
}

/** Plain IPv4 where the socket speaks IPv6 for both. */
export function addressOf({ ip }: { ip?: string | undefined }): string | null {
  return ip?.replace(/^::ffff:(?=\d+\.)/, '') ?? null;
}

function flat(request: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}
