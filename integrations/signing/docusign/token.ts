import { createSign } from 'node:crypto';
import { ProviderRefused, ProviderUnavailable } from '../failures.ts';
import { busyFrom } from './faults.ts';

export type GrantOptions = {
  /** `https://account.docusign.com`, `https://account-d.docusign.com` for the developer environment. */
  oauthUrl: string;
  integrationKey: string;
  /** GUID of the user on whose behalf envelopes are sent. */
  userId: string;
  /** RSA, PKCS #1 or PKCS #8. */
  privateKeyPem: string;
  timeoutMs: number;
  clock: () => Date;
};

export type TokenSource = {
  /** A bearer token that is good for another minute at least. */
  current(): Promise<string>;
  /** After the provider refused it. */
  forget(token: string): void;
};

const scope = 'signature impersonation';
const assertionSeconds = 600;
const renewBeforeMs = 60_000;

/**
 * The JWT grant (https://developers.docusign.com/platform/auth/jwt-get-token/), made here because the SDK's own call insists on
 * https and never times out. There is no refresh token: a new assertion gets a new token. One request at a time.
 */
export const createTokenSource = (options: GrantOptions): TokenSource => {
  let held: { token: string; expiresAtMs: number } | null = null;
  let pending: Promise<string> | null = null;
  const renew = async (): Promise<string> => {
    held = await requestToken(options);
    return held.token;
  };
  return {
    current: () => {
      if (held && held.expiresAtMs - renewBeforeMs > options.clock().getTime()) return Promise.resolve(held.token);
      pending ??= renew().finally(() => (pending = null));
      return pending;
    },
    forget: (token) => {
      if (held?.token === token) held = null;
    },
  };
};

const requestToken = async (options: GrantOptions): Promise<{ token: string; expiresAtMs: number }> => {
  const nowMs = options.clock().getTime();
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertion(options, Math.floor(nowMs / 1000)),
  });
  const response = await fetch(new URL('/oauth/token', options.oauthUrl), {
    method: 'POST',
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs),
  }).catch((error: unknown) => {
    throw new ProviderUnavailable(`DocuSign gave no token: ${error instanceof Error ? error.message : 'unknown'}`);
  });
  const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const { access_token: token, expires_in: seconds, error } = answer;
  if (response.ok && typeof token === 'string' && typeof seconds === 'number') {
    return { token, expiresAtMs: nowMs + seconds * 1000 };
  }
  if (error === 'consent_required') throw new ProviderRefused(consentNeeded(options));
  const busy = busyFrom(response.status, Object.fromEntries(response.headers), answer, options.clock());
  if (busy) throw busy;
  const message = `DocuSign gave no token: ${response.status} ${typeof error === 'string' ? error : ''}`.trim();
  throw response.status >= 500 ? new ProviderUnavailable(message) : new ProviderRefused(message);
};

const assertion = (options: GrantOptions, nowSeconds: number): string => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: options.integrationKey,
    sub: options.userId,
    aud: new URL(options.oauthUrl).host,
    iat: nowSeconds,
    exp: nowSeconds + assertionSeconds,
    scope,
  };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(options.privateKeyPem, 'base64url');
  return `${signed}.${signature}`;
};

const consentNeeded = ({ oauthUrl, integrationKey }: GrantOptions): string => {
  const url = new URL('/oauth/auth', oauthUrl);
  url.search = new URLSearchParams({ response_type: 'code', scope, client_id: integrationKey }).toString();
  return (
    'DocuSign wants the consent of the user on whose behalf envelopes are sent. Open this address as that user, with a ' +
    `redirect_uri that is registered for the integration key added to it: ${url.href}`
  );
};
