import type { z } from 'zod';
import { endpoints } from 'virtual:contract';
import { addressOfQuestion } from '#contract/dashboard.ts';
import type { Problem, ProblemCode } from '#contract/problems.ts';
import type { RouteName, Routes } from '#contract/routes.ts';

type Nothing = Record<never, never>;
type Part<R, Name extends string> = R extends { [key in Name]: infer S extends z.ZodType }
  ? { [key in Name]: z.input<S> }
  : Nothing;
/** A query whose parts may all be left out may be left out itself. */
type Query<R> =
  Nothing extends Part<R, 'query'>
    ? Nothing
    : Nothing extends Part<R, 'query'>[keyof Part<R, 'query'>]
      ? Partial<Part<R, 'query'>>
      : Part<R, 'query'>;
type Auth<R> = R extends { audience: 'guest' } ? { token: string } : Nothing;
type FileBody<R> = R extends { fileBody: string } ? { file: Blob } : Nothing;
type Key<R> = R extends { headers: unknown } ? { idempotencyKey?: string } : Nothing;

/** What a route needs to be called: path parameters, query and body as the contract types them; the secret token where a guest asks. */
export type Call<K extends RouteName> = Part<Routes[K], 'params'> &
  Query<Routes[K]> &
  Part<Routes[K], 'body'> &
  Auth<Routes[K]> &
  FileBody<Routes[K]> &
  Key<Routes[K]> & { signal?: AbortSignal };

export type Answer<K extends RouteName> = Routes[K]['success'] extends { body: infer S extends z.ZodType }
  ? z.output<S>
  : Routes[K]['success'] extends { mediaType: string }
    ? Blob
    : null;

/** `no_connection`: the request may or may not have arrived; repeating it with the same idempotency key is safe. */
export type FailureCode = ProblemCode | 'no_connection';
export type Failure = {
  code: FailureCode;
  /** What the server adds to the code's sentence, when it does. */
  detail: string | null;
  /** By the field's dotted path. */
  fields: Record<string, string>;
  context: Record<string, unknown>;
};
export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Told of each call that changes something, where traces are sent: what it says goes along, as `traceparent`. */
export type CallTracer = { begin(route: RouteName, audience: string): { traceparent: string; end: () => void } };

export class ApiClient {
  tracer: CallTracer | null = null;
  /** Answers that came with the page, by the address of their question below the API's; null where there is none. */
  inPage: (address: string) => unknown = () => null;
  /** Of the logged-in session; every change a host asks for carries it. */
  csrfToken: string | null = null;
  readonly #fetch: typeof fetch;

  constructor(send: typeof fetch = (input, init) => fetch(input, init)) {
    this.#fetch = send;
  }

  /** Refusals are values; only a broken contract throws. */
  async call<K extends RouteName>(route: K, input: Call<K>): Promise<Result<Answer<K>>> {
    const request: LooseCall = input;
    const { method, audience } = endpoints[route];
    const address = addressOf(route, request);
    const known = method === 'get' ? this.inPage(address) : null;
    if (known !== null) return { ok: true, value: known as Answer<K> };
    const trace = method === 'get' ? undefined : this.tracer?.begin(route, audience);
    let response: Response;
    try {
      response = await this.#fetch(`/api/v1${address}`, this.#init(route, request, trace?.traceparent));
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      return refuse('no_connection');
    } finally {
      trace?.end();
    }
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: (await valueOf(response)) as Answer<K> };
  }

  #init(route: RouteName, request: LooseCall, traceparent: string | undefined): RequestInit {
    const { method, audience } = endpoints[route];
    const headers: Record<string, string> = { accept: 'application/json, application/problem+json, */*;q=0.5' };
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    if (request.file !== undefined) headers['content-type'] = request.file.type;
    if (request.token !== undefined) headers['authorization'] = `Bearer ${request.token}`;
    if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey;
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    if (audience === 'host' && method !== 'get' && this.csrfToken !== null) headers['x-csrf-token'] = this.csrfToken;
    return {
      method: method.toUpperCase(),
      headers,
      // A guest's right is the token alone: whoever else is logged in in this browser does not matter.
      credentials: audience === 'guest' ? 'omit' : 'same-origin',
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.file === undefined ? {} : { body: request.file }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
  }
}

type LooseCall = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  file?: Blob;
  token?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
};

function addressOf(route: RouteName, { params = {}, query = {} }: LooseCall): string {
  const path = endpoints[route].path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  return addressOfQuestion(path, query);
}

async function valueOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null;
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('json')) return response.json();
  const blob = await response.blob();
  return blob.size === 0 ? null : blob;
}

async function failureOf(response: Response): Promise<Failure> {
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) {
    return { code: gatewayCode(response.status), detail: null, fields: {}, context: {} };
  }
  const problem = (await response.json()) as Problem;
  const fields = Object.fromEntries((problem.errors ?? []).map(({ field, message }) => [field, message]));
  return { code: problem.code, detail: problem.detail ?? null, fields, context: problem.context ?? {} };
}

/** A proxy in front of the API answers without a problem document. */
function gatewayCode(status: number): FailureCode {
  if (status === 429) return 'rate_limited';
  return status >= 502 && status <= 504 ? 'dependency_unavailable' : 'internal';
}

function refuse(code: FailureCode): { ok: false; failure: Failure } {
  return { ok: false, failure: { code, detail: null, fields: {}, context: {} } };
}

/** 128 random bits. `crypto.randomUUID` exists on secure origins only; a first look at a server by its address is not one. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const api = new ApiClient();
