import * as client from 'openid-client';
import { z } from 'zod';
import { newAttempt, refusing } from './attempt.ts';
import type { LogInProvider } from './provider.ts';

export type GithubOptions = {
  clientId: string;
  clientSecret: string;
  /** https://github.com, or a GitHub Enterprise Server. */
  url: string;
  allowHttp?: boolean;
};

const user = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() });
const emails = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/**
 * GitHub speaks OAuth 2 without OpenID Connect: who somebody is, and which addresses are verified, is asked of its API
 * (https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps).
 */
export function createGithubProvider({ clientId, clientSecret, url, allowHttp }: GithubOptions): LogInProvider {
  const issuer = url.replace(/\/+$/, '');
  const apiUrl = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`;
  const config = new client.Configuration(
    {
      issuer,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    },
    clientId,
    clientSecret,
    client.ClientSecretPost(clientSecret),
  );
  if (allowHttp) client.allowInsecureRequests(config);
  const ask = async <T>(token: string, path: string, schema: z.ZodType<T>): Promise<T> => {
    const headers = new Headers({ accept: 'application/vnd.github+json', 'user-agent': 'countersign' });
    const answer = await client.fetchProtectedResource(
      config,
      token,
      new URL(`${apiUrl}${path}`),
      'GET',
      null,
      headers,
    );
    if (!answer.ok) throw new Error(`GitHub answered ${path} with ${answer.status}.`);
    return schema.parse(await answer.json());
  };
  return {
    id: 'github',
    name: 'GitHub',
    begin: async (redirectUri) => {
      const { attempt, parameters } = await newAttempt(redirectUri);
      return {
        url: client.buildAuthorizationUrl(config, { ...parameters, scope: 'read:user user:email' }).href,
        attempt,
      };
    },
    finish: (returned, attempt) =>
      refusing(async () => {
        const checks = { pkceCodeVerifier: attempt.codeVerifier, expectedState: attempt.state };
        const { access_token: token } = await client.authorizationCodeGrant(config, returned, checks);
        const who = await ask(token, '/user', user);
        const primary = (await ask(token, '/user/emails', emails)).find((email) => email.primary);
        return {
          issuer,
          // The number: a login can be given up and taken by somebody else.
          subject: String(who.id),
          email: primary?.email ?? null,
          emailVerified: primary?.verified ?? false,
          name: who.name ?? who.login,
        };
      }),
  };
}
