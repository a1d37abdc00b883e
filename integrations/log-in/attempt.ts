import * as client from 'openid-client';
import { LogInRefused, type LogInAttempt } from './provider.ts';

/** The secrets of one log-in, and what of them the other site is told. */
export async function newAttempt(
  redirectUri: string,
): Promise<{ attempt: LogInAttempt; parameters: Record<string, string> }> {
  const codeVerifier = client.randomPKCECodeVerifier();
  const attempt = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier };
  return {
    attempt,
    parameters: {
      redirect_uri: redirectUri,
      state: attempt.state,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    },
  };
}

/** What the protocol refuses is a refusal; a site that does not answer is a failure, and stays one. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal =
      error instanceof client.AuthorizationResponseError ||
      error instanceof client.ResponseBodyError ||
      (error instanceof client.ClientError && error.code !== 'OAUTH_TIMEOUT');
    throw isRefusal ? new LogInRefused('The other site did not confirm who this is.', { cause: error }) : error;
  }
}
