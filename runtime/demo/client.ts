import type { z } from 'zod';
import { Problem } from '#contract/problems.ts';
import { routes, type Route, type RouteName, type Routes } from '#contract/routes.ts';

type Success<N extends RouteName> = Routes[N]['success'];
type Answer<N extends RouteName> =
  Success<N> extends { body: infer B extends z.ZodType }
    ? z.output<B>
    : Success<N> extends { mediaType: string }
      ? Buffer
      : undefined;

export type CallOptions = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** JSON, or the file's bytes where the route takes a file. */
  body?: unknown;
  /** Idempotency-Key. */
  key?: string;
};

/** Who asks: a guest by the secret link's token, a host by cookie and CSRF token, anybody by neither. */
export type Credentials = { token?: string; cookie?: string; csrf?: string };

const answerTimeoutMs = 30_000;

/** The API said no: the message has the request and the problem's own sentence. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly code: string;
  constructor(request: string, status: number, problem: { code: string; title: string }, fields: readonly string[]) {
    const named = fields.length > 0 ? ` (${fields.join('; ')})` : '';
    super(`${request} was answered with ${status} ${problem.code}: ${problem.title}${named}`);
    this.status = status;
    this.code = problem.code;
  }
}

/**
 * One request by the contract's route table, as any program could make it. The answer is parsed by the contract's schema, so that an
 * answer which the contract does not allow is an error here.
 * @throws ApiRefusal for a problem+json answer; ZodError for an answer that is not what the contract says
 */
export async function call<N extends RouteName>(
  baseUrl: string,
  name: N,
  options: CallOptions = {},
  credentials: Credentials = {},
): Promise<Answer<N>> {
  return (await callWithHeaders(baseUrl, name, options, credentials)).answer;
}

export async function callWithHeaders<N extends RouteName>(
  baseUrl: string,
  name: N,
  options: CallOptions = {},
  credentials: Credentials = {},
): Promise<{ answer: Answer<N>; headers: Headers }> {
  const route: Route = routes[name];
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) =>
    encodeURIComponent(options.params?.[parameter] ?? ''),
  );
  const query = options.query ? `?${new URLSearchParams(options.query)}` : '';
  const response = await fetch(`${baseUrl}/api/v1${path}${query}`, {
    method: route.method.toUpperCase(),
    headers: headersOf(route, options, credentials),
    signal: AbortSignal.timeout(answerTimeoutMs),
    ...(options.body !== undefined && {
      body: route.fileBody ? new Uint8Array(options.body as Uint8Array) : JSON.stringify(options.body),
    }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== route.success.status) throw refusal(`${route.method.toUpperCase()} ${path}`, response, bytes);
  return { answer: readAnswer(route, bytes) as Answer<N>, headers: response.headers };
}

function headersOf(route: Route, { body, key }: CallOptions, { token, cookie, csrf }: Credentials) {
  return {
    ...(body !== undefined && { 'content-type': route.fileBody ?? 'application/json' }),
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(cookie !== undefined && { cookie }),
    ...(csrf !== undefined && { 'x-csrf-token': csrf }),
  };
}

function readAnswer(route: Route, bytes: Buffer): unknown {
  if (route.success.mediaType) return bytes;
  return route.success.body?.parse(JSON.parse(bytes.toString('utf8')));
}

function refusal(request: string, response: Response, bytes: Buffer): Error {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  if (!isProblem) return new Error(`${request} was answered with ${response.status}, and no problem document.`);
  const problem = Problem.parse(JSON.parse(bytes.toString('utf8')));
  const fields = (problem.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
  return new ApiRefusal(request, response.status, problem, fields);
}

/** What a browser would send back of the cookies that were set. */
export function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}
