import { createVerify, randomUUID } from 'node:crypto';
import { Refusal } from './envelopes.ts';

export type GrantRules = {
  integrationKey: string;
  userId: string;
  publicKeyPem: string;
  tokenSeconds: number;
};

/** The JWT grant: an assertion signed by the registered key, for this host, by a user who has consented. */
export class Grants {
  consentGiven = true;
  readonly #rules: GrantRules;
  readonly #tokens = new Map<string, number>();

  constructor(rules: GrantRules) {
    this.#rules = rules;
  }

  token(form: URLSearchParams, host: string): object {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      throw grantError('unsupported_grant_type');
    this.#checkAssertion(form.get('assertion') ?? '', host);
    if (!this.consentGiven) throw grantError('consent_required');
    const token = randomUUID();
    this.#tokens.set(token, Date.now() + this.#rules.tokenSeconds * 1000);
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: this.#rules.tokenSeconds,
      scope: 'signature impersonation',
    };
  }

  check(authorization: string | undefined): void {
    const expiresAtMs = this.#tokens.get(authorization?.replace(/^Bearer /, '') ?? '');
    if (expiresAtMs === undefined || expiresAtMs < Date.now()) {
      throw new Refusal(401, 'USER_AUTHENTICATION_FAILED', 'One or both of Username and Password are invalid.');
    }
  }

  revokeAll(): void {
    this.#tokens.clear();
  }

  #checkAssertion(assertion: string, host: string): void {
    const [header = '', claims = '', signature = ''] = assertion.split('.');
    const verify = createVerify('RSA-SHA256').update(`${header}.${claims}`);
    const read = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString() || '{}') as Record<string, unknown>;
    if (!verify.verify(this.#rules.publicKeyPem, signature, 'base64url')) throw grantError('invalid_grant');
    if (read(header)['alg'] !== 'RS256') throw grantError('invalid_grant');
    const { iss, sub, aud, scope, exp } = read(claims);
    const isKnown = iss === this.#rules.integrationKey && sub === this.#rules.userId;
    const isFresh = typeof exp === 'number' && exp * 1000 > Date.now();
    const isScoped = typeof scope === 'string' && scope.split(' ').includes('impersonation');
    if (!isKnown || !isFresh || !isScoped || aud !== host) throw grantError('invalid_grant');
  }
}

/** OAuth's own form of an error: `error` instead of `errorCode`. */
export class GrantRefusal extends Error {}

const grantError = (error: string): GrantRefusal => new GrantRefusal(error);
