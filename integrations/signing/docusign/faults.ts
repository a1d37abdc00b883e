import { ProviderBusy, ProviderRefused, ProviderUnavailable } from '../failures.ts';

/** DocuSign's own error: its code, and the HTTP status. */
export type DocusignFault = { status: number | null; errorCode: string | null; message: string };

type Headers = Readonly<Record<string, unknown>>;

const defaultRetryAfterMs = 60_000;
/** The hourly limit is counted anew each hour. */
const longestRetryAfterMs = 3_600_000;

/**
 * An error of the SDK (axios) taken apart without its request: that carries the bearer token, and must not reach a log. What is
 * returned has no `cause` for the same reason.
 */
export const faultOf = (error: unknown): DocusignFault & { headers: Headers; body: unknown } => {
  const { response, code, message } = (error ?? {}) as {
    response?: { status?: number; headers?: Headers; data?: unknown };
    code?: string;
    message?: string;
  };
  const body = response?.data;
  const { errorCode, message: said } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >;
  const explanation = typeof said === 'string' ? said : (message ?? code ?? 'no answer');
  return {
    status: response?.status ?? null,
    errorCode: typeof errorCode === 'string' ? errorCode : null,
    message: redacted(explanation),
    headers: { ...response?.headers },
    body,
  };
};

/** What the caller gets: come back later, never, or try again. */
export const failureFrom = (what: string, error: unknown, now: Date): Error => {
  const fault = faultOf(error);
  const busy = busyFrom(fault.status, fault.headers, fault.body, now);
  if (busy) return busy;
  const text = `DocuSign ${what} failed: ${[fault.status, fault.errorCode, fault.message].filter(Boolean).join(' ')}`;
  const isPermanent = fault.status !== null && fault.status >= 400 && fault.status < 500 && fault.status !== 408;
  return isPermanent ? new ProviderRefused(text) : new ProviderUnavailable(text);
};

/**
 * The rate limits: 429 or 503, or 400 with one of the two invocation-limit codes. `Retry-After` (seconds or a date) or
 * `X-RateLimit-Reset` (seconds since 1970) say when. https://developers.docusign.com/platform/resource-limits/
 */
export const busyFrom = (status: number | null, headers: Headers, body: unknown, now: Date): ProviderBusy | null => {
  const { errorCode } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const isLimit = typeof errorCode === 'string' && /_APIINVOCATION_LIMIT_EXCEEDED$/.test(errorCode);
  if (status !== 429 && status !== 503 && !isLimit) return null;
  const wanted = retryAfterMs(headers, now) ?? defaultRetryAfterMs;
  const bounded = Math.min(Math.max(wanted, 1_000), longestRetryAfterMs);
  return new ProviderBusy(`DocuSign asks to wait (${status ?? ''} ${isLimit ? errorCode : ''})`, bounded);
};

const retryAfterMs = (headers: Headers, now: Date): number | null => {
  const header = (name: string) => {
    const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
    return entry ? String(entry[1]) : null;
  };
  const retryAfter = header('retry-after');
  if (retryAfter !== null && /^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000;
  if (retryAfter !== null && !Number.isNaN(Date.parse(retryAfter))) return Date.parse(retryAfter) - now.getTime();
  const reset = header('x-ratelimit-reset');
  return reset !== null && /^\d+$/.test(reset) ? Number(reset) * 1000 - now.getTime() : null;
};

const redacted = (text: string): string => text.replace(/Bearer\s+\S+/gi, 'Bearer [redacted]').slice(0, 500);
