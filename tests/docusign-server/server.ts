import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOrganizationAuthority } from '#integrations/signing/builtin/authority.ts';
import { Connect, promptConnect } from './connect.ts';
import type { ConnectBehaviour } from './connect.ts';
import { Envelopes, Refusal, envelopeJson } from './envelopes.ts';
import { GrantRefusal, Grants } from './grant.ts';
import type { GrantRules } from './grant.ts';
import { combinedDocument, signingPage } from './signing-page.ts';

export type DocusignServerOptions = Omit<GrantRules, 'tokenSeconds'> & {
  /** 0 takes a free one. */
  port?: number;
  accountId: string;
  hmacKey: string;
  tokenSeconds?: number;
  retryDelayMs?: number;
};

/** Wishes for the next calls of the REST API. */
export type Trouble =
  { kind: 'rate_limited'; retryAfterSeconds: number } | { kind: 'hourly_limit' } | { kind: 'fault' };

export type DocusignServer = {
  url: string;
  /** Of the REST API, as the product is configured with it. */
  baseUrl: string;
  envelopes: Envelopes;
  connect: Connect;
  grants: Grants;
  /** Answered instead of the next calls, in this order. */
  troubles: Trouble[];
  /** `METHOD path` of every REST call. */
  calls: string[];
  /** A list has no more on a page than this, whatever is asked for. */
  paging: { maxCount: number };
  close(): Promise<void>;
};

type Json = Record<string, unknown>;
type Reply = { status?: number; headers?: Record<string, string>; json?: unknown; html?: string; pdf?: Uint8Array };

const maxBodyBytes = 40 * 1024 * 1024;

export const startDocusignServer = async (options: DocusignServerOptions): Promise<DocusignServer> => {
  const { accountId, hmacKey, retryDelayMs = 1_000 } = options;
  const connect = new Connect({ accountId, hmacKey, retryDelayMs, maxRetries: 5 });
  const grants = new Grants({ ...options, tokenSeconds: options.tokenSeconds ?? 3600 });
  const envelopes = new Envelopes((envelope, event) => connect.notify(envelope, event));
  const keys = await createOrganizationAuthority({ organizationName: 'DocuSign test server', now: new Date() });
  const troubles: Trouble[] = [];
  const calls: string[] = [];
  const paging = { maxCount: 1000 };

  const rest = async (method: string, url: URL, body: Json): Promise<Reply> => {
    const [account, resource, envelopeId = '', part, item] = url.pathname.split('/').slice(4);
    if (account !== accountId)
      throw new Refusal(401, 'USER_LACKS_MEMBERSHIP', 'The user is not a member of the account.');
    if (resource !== 'envelopes') throw new Refusal(404, 'RESOURCE_NOT_FOUND', url.pathname);
    switch (`${method} ${envelopeId ? 'envelope' : 'envelopes'} ${part ?? ''}`.trim()) {
      case 'POST envelopes': {
        const { envelopeId: created, status, statusChangedDateTime } = envelopes.create(body);
        return { status: 201, json: { envelopeId: created, status, statusDateTime: statusChangedDateTime } };
      }
      case 'GET envelopes':
        return { json: statusChanges(envelopes, url.searchParams, paging.maxCount) };
      case 'GET envelope':
        return { json: envelopeJson(envelopes.get(envelopeId)) };
      case 'PUT envelope':
        if (body['status'] !== 'voided')
          throw new Refusal(400, 'INVALID_REQUEST_PARAMETER', 'Only voiding is possible.');
        envelopes.void(envelopeId, typeof body['voidedReason'] === 'string' ? body['voidedReason'] : '');
        return { json: { envelopeId } };
      case 'POST envelope views': {
        if (item !== 'recipient') throw new Refusal(404, 'RESOURCE_NOT_FOUND', url.pathname);
        return { status: 201, json: { url: `${origin()}/signing/${envelopes.openView(envelopeId, body).token}` } };
      }
      case 'GET envelope documents': {
        const certificate = url.searchParams.get('certificate') === 'true';
        return { pdf: await combinedDocument(envelopes.get(envelopeId), keys, certificate) };
      }
      default:
        throw new Refusal(404, 'RESOURCE_NOT_FOUND', `${method} ${url.pathname}`);
    }
  };

  const signing = (method: string, url: URL, form: URLSearchParams): Reply => {
    const token = url.pathname.split('/')[2] ?? '';
    const { view, envelope } = envelopes.view(token);
    if (method === 'GET') {
      envelopes.deliver(envelope.envelopeId);
      const headers = { 'content-security-policy': `frame-ancestors ${view.frameAncestors.join(' ') || "'none'"}` };
      return { headers, html: signingPage(envelope, token) };
    }
    const declines = form.get('act') === 'decline';
    if (declines) envelopes.decline(envelope.envelopeId, form.get('reason') ?? '');
    else envelopes.complete(envelope.envelopeId);
    envelopes.endView(token);
    const location = new URL(view.returnUrl);
    location.searchParams.set('event', declines ? 'decline' : 'signing_complete');
    return { status: 303, headers: { location: location.href } };
  };

  /** By hand and from other processes: what tests do through the objects. */
  const control = async (body: Json): Promise<Reply> => {
    const { sign, decline, reason, webhooks, release, trouble, consent, revokeTokens } = body;
    if (typeof sign === 'string') envelopes.complete(sign);
    if (typeof decline === 'string') envelopes.decline(decline, typeof reason === 'string' ? reason : '');
    if (webhooks) connect.behaviour = { ...promptConnect, ...(webhooks as Partial<ConnectBehaviour>) };
    if (release) await connect.release(release === 'reversed');
    if (trouble) troubles.push(trouble as Trouble);
    if (typeof consent === 'boolean') grants.consentGiven = consent;
    if (revokeTokens) grants.revokeAll();
    return {
      json: { envelopes: [...envelopes.all.values()].map(envelopeJson), held: connect.held, lost: connect.lost },
    };
  };

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    // By the name that it was called by: a proxy may stand in between.
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? new URL(origin()).host}`);
    const method = request.method ?? 'GET';
    const body = await read(request);
    if (url.pathname === '/oauth/token') return { json: grants.token(new URLSearchParams(body), url.host) };
    if (url.pathname === '/_control') return control(method === 'GET' ? {} : (JSON.parse(body) as Json));
    if (url.pathname.startsWith('/signing/')) return signing(method, url, new URLSearchParams(body));
    if (!url.pathname.startsWith('/restapi/v2.1/accounts/')) throw new Refusal(404, 'RESOURCE_NOT_FOUND', url.pathname);
    calls.push(`${method} ${url.pathname}`);
    const trouble = troubles.shift();
    if (trouble) return troubleReply(trouble);
    grants.check(request.headers.authorization);
    return rest(method, url, body === '' ? {} : (JSON.parse(body) as Json));
  };

  const server = createServer((request, response) => {
    void answer(request)
      .catch((error: unknown) => refusalReply(error))
      .then((reply) => send(response, reply));
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      connect.close();
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: origin(), baseUrl: `${origin()}/restapi`, envelopes, connect, grants, troubles, calls, paging, close };
};

const statusChanges = (envelopes: Envelopes, query: URLSearchParams, maxCount: number): Json => {
  const transactionIds = query.get('transaction_ids')?.split(',');
  const fromDate = query.get('from_date');
  if (!transactionIds && !fromDate) throw new Refusal(400, 'INVALID_REQUEST_PARAMETER', 'from_date is required.');
  const found = [...envelopes.all.values()]
    .filter((envelope) => !transactionIds || transactionIds.includes(envelope.transactionId ?? ''))
    .filter((envelope) => !fromDate || Date.parse(envelope.statusChangedDateTime) >= Date.parse(fromDate));
  const start = Number(query.get('start_position') ?? 0);
  const page = found.slice(start, start + Math.min(Number(query.get('count') ?? maxCount), maxCount));
  const end = start + page.length;
  return {
    resultSetSize: String(page.length),
    totalSetSize: String(found.length),
    startPosition: String(start),
    endPosition: String(Math.max(start, end - 1)),
    nextUri: end < found.length ? `/envelopes?start_position=${end}` : '',
    envelopes: page.map(envelopeJson),
  };
};

const troubleReply = (trouble: Trouble): Reply => {
  switch (trouble.kind) {
    case 'rate_limited':
      return { status: 429, headers: { 'retry-after': String(trouble.retryAfterSeconds) }, json: {} };
    case 'hourly_limit':
      return {
        status: 400,
        headers: { 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 900) },
        json: {
          errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED',
          message: 'The maximum number of hourly API invocations has been exceeded.',
        },
      };
    case 'fault':
      return { status: 500, json: { errorCode: 'UNSPECIFIED_ERROR', message: 'An unexpected error has occurred.' } };
  }
};

const refusalReply = (error: unknown): Reply => {
  if (error instanceof Refusal)
    return { status: error.status, json: { errorCode: error.errorCode, message: error.message } };
  if (error instanceof GrantRefusal) return { status: 400, json: { error: error.message } };
  return { status: 400, json: { errorCode: 'INVALID_REQUEST_BODY', message: String(error) } };
};

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Refusal(413, 'REQUEST_TOO_LARGE', 'The request is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, { status = 200, headers = {}, json, html, pdf }: Reply): void => {
  const contentType = pdf ? 'application/pdf' : html !== undefined ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(status, { ...headers, 'content-type': contentType });
  response.end(pdf ?? html ?? (json === undefined ? '' : JSON.stringify(json)));
};
