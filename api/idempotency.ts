import type { Response } from 'express';
import type { Route, RouteName } from '#contract/routes.ts';
import { gathering } from '#db/gathering.ts';
import { sha256, type PersonalCipher } from '#db/personal.ts';
import type { Database } from '#db/pool.ts';
import {
  claimIdempotencyKeys,
  releaseIdempotencyKey,
  storeResponses,
  type IdempotencyRow,
  type StoredResponse,
} from '#db/queries/idempotency.ts';
import { problems, type ProblemCode } from '#contract/problems.ts';
import type { ApiParts } from './parts.ts';
import { Refused } from './problem.ts';

/** What a request asks for, and whose it is. */
type Asked = { who: unknown; params: unknown; query: unknown; body: unknown };
type Keyed = {
  name: RouteName;
  route: Route;
  call: Asked & { response: Response };
  key: string;
};
type StoredAnswer = { cookies?: string[] | undefined } & (
  { kind: 'answer'; body: unknown } | { kind: 'refusal'; code: ProblemCode; detail: Refused['detail'] }
);

/** Answers a request once: see `createIdempotency`. */
export type Idempotency = (keyed: Keyed, work: () => Promise<unknown>) => Promise<{ body: unknown }>;

type Memory = {
  database: Database;
  cipher: PersonalCipher;
  store(answer: StoredResponse): Promise<void>;
  /** Refusals that say no more than their code, sealed once: a crowd is told the same a thousand times. */
  sealedRefusals: Map<ProblemCode, Buffer>;
};
/** `isOwn`: this attempt claimed the key, and lets go of it when it fails. One that another claimed may be at work still, in another process. */
type At = { scope: string; key: string; response: Response; isOwn: boolean };
/** Null: the key is this attempt's own from now on. */
type Claim = () => Promise<IdempotencyRow | null>;
/** `kept` resolves when a repeat will be given the same. */
type Answered = { body: unknown; kept: Promise<void> };

/**
 * Their repeat finds what the first try made, by its id, and says so: the answer need not wait until it is kept. Where a guest waits for it, that
 * is a twentieth of the time.
 */
const foundAgain: ReadonlySet<RouteName> = new Set(['hold']);

/**
 * The same key with the same request gets the same answer; with another request it is refused. Routes name what they make after key and request
 * (see `idOfRequest`), so that a request whose process died half-way is simply run again.
 */
export function createIdempotency({
  database,
  cipher,
  log,
}: Pick<ApiParts, 'database' | 'cipher' | 'log'>): Idempotency {
  const claimKey = gathering((inputs: Parameters<typeof claimIdempotencyKeys>[1]) =>
    claimIdempotencyKeys(database, inputs),
  );
  const store = gathering(async (answers: readonly StoredResponse[]) => {
    await storeResponses(database, answers);
    return answers.map(() => undefined);
  });
  const memory: Memory = { database, cipher, store, sealedRefusals: new Map() };
  /** Requests under way in this process: a twin waits for the first one's answer instead of being sent away. */
  const underWay = new Map<string, Promise<unknown>>();
  return async (keyed, work) => {
    const scope = scopeOf(keyed);
    const { response } = keyed.call;
    const fingerprints = cipher.fingerprints(canonicalOf(keyed.call));
    const requestSha256 = fingerprints.join(',');
    const organizationId = organizationOf(keyed);
    const claim: Claim = async () => {
      const row = await claimKey({ scope, key: keyed.key, requestSha256, organizationId, bookingId: null });
      // One of them is enough: a master key may have come or gone since.
      if (row && !row.requestSha256.split(',').some((known) => fingerprints.includes(known)))
        throw new Refused('idempotency_key_reused', { errors: [keyError] });
      return row;
    };
    const known = await claim();
    const stored = known && openAnswer(memory, known);
    if (stored) return replay(stored, response);
    const id = `${scope}:${keyed.key}`;
    // Twins go one at a time: each of those that waited finds the answer of the one before it.
    let hasWaited = false;
    for (let twin = underWay.get(id); twin; twin = underWay.get(id)) {
      hasWaited = true;
      await twin.catch(() => {});
    }
    const at = { scope, key: keyed.key, response, isOwn: known === null };
    const run = hasWaited ? answerOnce(memory, at, claim, work) : execute(memory, at, work);
    const over = run.then(({ kept }) => kept);
    underWay.set(id, over);
    const forget = (): void => {
      if (underWay.get(id) === over) underWay.delete(id);
    };
    over.then(forget, forget);
    const { body, kept } = await run;
    if (!foundAgain.has(keyed.name)) await kept;
    else kept.catch((error: unknown) => log.warn({ error }, 'an answer was not kept for a repeat'));
    return { body };
  };
}

const keyError = { field: 'headers.idempotency-key', code: 'reused', message: 'Use a new key for a new request.' };

/** The one that it waited for may have come to nothing, and let go of the key: it is claimed anew. */
async function answerOnce(memory: Memory, at: At, claim: Claim, work: () => Promise<unknown>): Promise<Answered> {
  const known = await claim();
  const stored = known && openAnswer(memory, known);
  if (stored) return { ...replay(stored, at.response), kept: Promise.resolve() };
  return execute(memory, { ...at, isOwn: at.isOwn || known === null }, work);
}

async function execute(memory: Memory, at: At, work: () => Promise<unknown>): Promise<Answered> {
  try {
    const body = await work();
    const answer = { kind: 'answer', body: isBytes(body) ? null : body, cookies: cookiesOf(at.response) } as const;
    return { body, kept: store(memory, at, answer) };
  } catch (error) {
    if (error instanceof Refused && problems[error.code].status < 500 && error.code !== 'rate_limited') {
      const cookies = cookiesOf(at.response);
      await store(memory, at, { kind: 'refusal', code: error.code, detail: error.detail, cookies });
    } else if (at.isOwn) {
      await releaseIdempotencyKey(memory.database, at.scope, at.key);
    }
    throw error;
  }
}

async function store(memory: Memory, { scope, key }: At, answer: StoredAnswer): Promise<void> {
  const status = answer.kind === 'answer' ? 200 : problems[answer.code].status;
  await memory.store({ scope, key, status, response: sealAnswer(memory, answer) });
}

function sealAnswer({ cipher, sealedRefusals }: Memory, answer: StoredAnswer): Buffer {
  const seal = () => cipher.seal(JSON.stringify(answer), 'idempotency_key.response');
  if (answer.kind === 'answer' || answer.cookies || Object.keys(answer.detail).length > 0) return seal();
  const sealed = sealedRefusals.get(answer.code) ?? seal();
  sealedRefusals.set(answer.code, sealed);
  return sealed;
}

function openAnswer({ cipher }: Memory, row: IdempotencyRow): StoredAnswer | null {
  return row.responseCipher
    ? (JSON.parse(cipher.open(row.responseCipher, 'idempotency_key.response')) as StoredAnswer)
    : null;
}

function replay(stored: StoredAnswer, response: Response): { body: unknown } {
  // What logs in gives its cookie again: the first answer may never have arrived.
  if (stored.cookies !== undefined) response.setHeader('Set-Cookie', stored.cookies);
  if (stored.kind === 'refusal') throw new Refused(stored.code, stored.detail);
  return { body: stored.body };
}

function cookiesOf(response: Response): string[] | undefined {
  const cookies = response.getHeader('Set-Cookie');
  return cookies === undefined ? undefined : [cookies].flat().map(String);
}

/** Whose key it is: two people may choose the same one, and so may one in two organizations. */
function scopeOf({ name, call }: Keyed): string {
  const who = call.who as { accountId?: string; organizationId?: string; bookingId?: string } | null;
  const whose = who?.accountId === undefined ? (who?.bookingId ?? 'public') : `${who.accountId}@${who.organizationId}`;
  return `${name}:${whose}`;
}

function organizationOf({ call }: Keyed): string | null {
  return (call.who as { organizationId?: string } | null)?.organizationId ?? null;
}

function isBytes(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'bytes' in body;
}

/**
 * A UUID (version 8) that the same request under the same key always gives; a random one without a key. Of the request, and not of its key alone:
 * keys are forgotten, and two people may choose the same one.
 */
export function idOfRequest(cipher: PersonalCipher, purpose: string, call: Asked & { key: string | null }): string {
  if (call.key === null) return crypto.randomUUID();
  const hash = sha256(`${purpose}:${call.key}:${cipher.fingerprint(canonicalOf(call))}`);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** What a request asks for. Only keyed hashes of it are kept: a body may hold a password, which a plain hash would give away to whoever guesses it. */
function canonicalOf({ params, query, body }: Asked): string {
  return canonical([params, body, ...(query ? [query] : [])]);
}

/** JSON with its keys in order: the same request is the same text. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      inner && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? ''
  );
}
