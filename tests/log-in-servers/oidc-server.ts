import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type InteractionResults } from 'oidc-provider';

export type Person = { sub: string; email?: string; email_verified?: boolean; name?: string };
export type OidcServer = {
  issuer: string;
  /** Who sits before the browser; null: somebody who says no. */
  person: Person | null;
  stop(): Promise<void>;
};

/** PKCE is demanded, and address and name are behind /userinfo, as the standard has it. */
export async function startOidcServer(client: {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}): Promise<OidcServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people = new Map<string, Person>();
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: [client.redirectUri] }],
    cookies: { keys: ['only for tests'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  });
  const running: OidcServer = {
    issuer,
    person: null,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const serve = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/')) void answer(provider, running, people, request, response);
    else void serve(request, response);
  });
  return running;
}

/** What a person would do on the provider's pages. */
async function answer(
  provider: Provider,
  { person }: OidcServer,
  people: Map<string, Person>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, session, params } = await provider.interactionDetails(request, response);
  const finish = (result: InteractionResults) => provider.interactionFinished(request, response, result);
  if (person === null) return finish({ error: 'access_denied' });
  people.set(person.sub, person);
  if (prompt.name === 'login') return finish({ login: { accountId: person.sub } });
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  return finish({ consent: { grantId: await grant.save() } });
}
