import { z } from 'zod';
import { externalIdentitiesOf, unlinkExternalIdentity } from '#db/queries/external-identities.ts';
import { LogInRefused, type Identity, type LogInAttempt, type LogInProvider } from '#integrations/log-in/provider.ts';
import { sealedCookie } from '../auth/cookies.ts';
import { accountOfIdentity, link } from '../auth/elsewhere.ts';
import { hostOfCookies } from '../auth/identity.ts';
import { logIn } from '../auth/log-in.ts';
import { requirePassword } from '../auth/proof.ts';
import { noteSecurityChange } from '../auth/security-notice.ts';
import type { ApiParts } from '../parts.ts';
import { me } from '../presenters/offer.ts';
import { Refused } from '../problem.ts';
import type { Call, Handlers } from '../route.ts';
import type { AuthParts } from './auth-parts.ts';

type ElsewhereHandlers = Pick<
  Handlers,
  | 'listLogInProviders'
  | 'beginLogInElsewhere'
  | 'finishLogInElsewhere'
  | 'listLinkedLogIns'
  | 'linkLogIn'
  | 'unlinkLogIn'
>;

const attemptMinutes = 10;
const attemptCookie = z.object({
  provider: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** The account that the identity is to be added to; null to log in. */
  linkTo: z.string().nullable(),
});

/** Log-in through other sites. The browser keeps the secrets of an attempt in a sealed cookie: an answer counts only where it was asked for. */
export function logInElsewhereRoutes(parts: ApiParts, auth: AuthParts): ElsewhereHandlers {
  const { database, publicUrl, logInProviders } = parts;
  const cookie = sealedCookie(parts, { name: 'countersign-log-in', schema: attemptCookie, minutes: attemptMinutes });
  const find = (id: string): LogInProvider => {
    const provider = logInProviders.find((one) => one.id === id);
    if (!provider) throw new Refused('not_found');
    return provider;
  };
  const begin = async (id: string, linkTo: string | null, { response }: Pick<Call<'linkLogIn'>, 'response'>) => {
    const { url, attempt } = await reached(parts, find(id).begin(returnAddress(publicUrl, id)));
    cookie.write(response, { provider: id, linkTo, ...attempt });
    return { url };
  };
  return {
    listLogInProviders: () => Promise.resolve({ items: logInProviders.map(({ id, name }) => ({ id, name })) }),
    beginLogInElsewhere: (call) => begin(call.params.provider, null, call),
    finishLogInElsewhere: async (call) => {
      const { params, body, headers, response, ip } = call;
      const attempt = cookie.read(headers['cookie']);
      if (attempt?.provider !== params.provider) throw new Refused('log_in_expired');
      cookie.clear(response);
      const identity = await identityOf(parts, find(params.provider), attempt, body.parameters);
      const arrived = { identity, provider: params.provider, ip, from: body };
      if (attempt.linkTo !== null) {
        const host = await hostOfCookies(parts, headers['cookie']);
        if (host?.accountId !== attempt.linkTo) throw new Refused('not_logged_in');
        await link(parts, host, arrived);
        return { me: me(host), outcome: 'linked' };
      }
      const { member, isNew } = await accountOfIdentity(parts, arrived);
      return { me: me(await logIn(parts, auth, member, call)), outcome: isNew ? 'registered' : 'logged_in' };
    },
    listLinkedLogIns: async ({ who }) => ({
      items: (await externalIdentitiesOf(database, who.accountId)).map(({ id, provider, createdAt, lastUsedAt }) => ({
        id,
        provider,
        name: logInProviders.find((one) => one.id === provider)?.name ?? provider,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
      })),
    }),
    linkLogIn: async (call) => {
      const { who, body, headers, params } = call;
      find(params.provider);
      const proof = { password: body.password, field: 'password', cookies: headers['cookie'] };
      await requirePassword(parts, auth.guesses, who, proof);
      return begin(params.provider, who.accountId, call);
    },
    unlinkLogIn: async ({ who, params, ip }) => {
      if (!(await unlinkExternalIdentity(database, who.accountId, params.id))) throw new Refused('not_found');
      await noteSecurityChange(parts, who, { change: 'log_in_unlinked', ip });
    },
  };
}

const returnAddress = (publicUrl: string, provider: string): string => `${publicUrl}/log-in/return/${provider}`;

async function identityOf(
  parts: ApiParts,
  provider: LogInProvider,
  attempt: LogInAttempt,
  parameters: string,
): Promise<Identity> {
  const returned = new URL(returnAddress(parts.publicUrl, provider.id));
  returned.search = parameters;
  try {
    return await provider.finish(returned, attempt);
  } catch (error) {
    if (error instanceof LogInRefused) throw new Refused('log_in_refused');
    return reached(parts, Promise.reject(error as Error));
  }
}

/** Another site that does not answer is a dependency that is away. */
async function reached<T>({ log }: ApiParts, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    log.warn({ error }, 'a log-in provider did not answer');
    throw new Refused('dependency_unavailable');
  });
}
