import { setTimeout as sleep } from 'node:timers/promises';

export type Answer = {
  status: number;
  /** Parsed when it is JSON. */
  body: unknown;
};
/** `unknown`: no answer that says what happened, not even to the last of the repeats. */
export type Asked = Answer | 'unknown';

export type Ask = {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** With one, a request without an answer is asked again under the same key. */
  key?: string;
};

const answerWithinMs = 30_000;
const pausesMs = [300, 1_000, 3_000, 8_000];

/** One request as a patient client sends it: what has no answer, or is answered 5xx or 429, is asked again. */
export async function ask(baseUrl: string, request: Ask): Promise<Asked> {
  const mayRepeat = request.method === 'GET' || request.key !== undefined;
  for (const pauseMs of mayRepeat ? pausesMs : []) {
    const answer = await askOnce(baseUrl, request);
    if (answer !== 'unknown') return answer;
    await sleep(pauseMs);
  }
  return askOnce(baseUrl, request);
}

async function askOnce(baseUrl: string, { method, path, body, headers, key }: Ask): Promise<Asked> {
  try {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerWithinMs),
      redirect: 'manual',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (response.status >= 500 || response.status === 429) return 'unknown';
    // A redirect has a type, and nothing of it.
    const isJson = bytes.length > 0 && (response.headers.get('content-type')?.includes('json') ?? false);
    return { status: response.status, body: isJson ? JSON.parse(bytes.toString()) : bytes };
  } catch {
    return 'unknown';
  }
}
