import * as client from 'openid-client';
import { type Identity, type LogInProvider } from './provider.ts';
import { newAttempt, refusing } from './attempt.ts';

export type OidcOptions = {
  id: string;
  name: string;
  /** Its configuration is at `/.well-known/openid-configuration` under it. */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /**
   * What makes an address count as verified: the claim `email_verified`; Microsoft's `xms_edov`, where people choose the address themselves
   * (https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization); or `issuer`, where one organization runs
   * the issuer and gives out the addresses.
   */
  emailVerifiedBy: 'email_verified' | 'xms_edov' | 'issuer';
  /** For an issuer on this machine: tests, trying out. */
  allowHttp?: boolean;
};

/** Any issuer of OpenID Connect. Its configuration is fetched at the first log-in, and again after a failure. */
export function createOidcProvider(options: OidcOptions): LogInProvider {
  let known: Promise<client.Configuration> | null = null;
  const configuration = (): Promise<client.Configuration> => {
    const { issuer, clientId, clientSecret, allowHttp } = options;
    known ??= client
      .discovery(new URL(issuer), clientId, clientSecret, undefined, {
        timeout: 10,
        ...(allowHttp && { execute: [client.allowInsecureRequests] }),
      })
      .catch((error: unknown) => {
        known = null;
        throw error;
      });
    return known;
  };
  return {
    id: options.id,
    name: options.name,
    begin: async (redirectUri) => {
      const config = await configuration();
      const { attempt, parameters } = await newAttempt(redirectUri);
      const scope = 'openid email profile';
      return {
        url: client.buildAuthorizationUrl(config, { ...parameters, nonce: attempt.nonce, scope }).href,
        attempt,
      };
    },
    finish: (returned, attempt) =>
      refusing(async () => {
        const tokens = await client.authorizationCodeGrant(await configuration(), returned, {
          pkceCodeVerifier: attempt.codeVerifier,
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (!claims) throw new Error('An ID token was expected.');
        // Some issuers put address and name into the token, others behind /userinfo.
        const more =
          claims['email'] === undefined
            ? await client.fetchUserInfo(await configuration(), tokens.access_token, claims.sub)
            : {};
        return identityOf({ ...more, ...claims }, options);
      }),
  };
}

function identityOf(claims: client.IDToken, { emailVerifiedBy }: OidcOptions): Identity {
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === 1 || value === '1';
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: text(claims['email']),
    emailVerified: emailVerifiedBy === 'issuer' || isTrue(claims[emailVerifiedBy]),
    name: text(claims['name']),
  };
}
