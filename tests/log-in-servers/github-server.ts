import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type GithubPerson = {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
};
export type GithubServer = { url: string; person: GithubPerson; stop(): Promise<void> };

type Grant = { challenge: string; redirectUri: string; person: GithubPerson };

/** GitHub's ways where they differ: a refused code is answered with 200 and `error`, and there is no ID token. */
export async function startGithubServer(client: { clientId: string; clientSecret: string }): Promise<GithubServer> {
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, GithubPerson>();
  const nobody = { id: 0, login: 'nobody', name: null, emails: [] };
  const server = createServer((request, response) => void route(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: GithubServer = {
    url,
    person: nobody,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const say = (status: number, body: unknown) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/login/oauth/authorize') return authorize(searchParams, response);
    if (pathname === '/login/oauth/access_token') return say(200, exchange(new URLSearchParams(await text(request))));
    const person = tokens.get(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (!person) return say(401, { message: 'Bad credentials' });
    const { emails, ...user } = person;
    if (pathname === '/api/v3/user') return say(200, user);
    return pathname === '/api/v3/user/emails' ? say(200, emails) : say(404, { message: 'Not Found' });
  }

  function authorize(asked: URLSearchParams, response: ServerResponse): void {
    const code = randomBytes(10).toString('hex');
    const redirectUri = asked.get('redirect_uri') ?? '';
    codes.set(code, { challenge: asked.get('code_challenge') ?? '', redirectUri, person: running.person });
    const back = new URL(redirectUri);
    back.search = new URLSearchParams({ code, state: asked.get('state') ?? '' }).toString();
    response.writeHead(302, { location: back.href }).end();
  }

  function exchange(form: URLSearchParams): object {
    const grant = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = form.get('client_id') === client.clientId && form.get('client_secret') === client.clientSecret;
    if (!isRight) return { error: 'incorrect_client_credentials' };
    if (grant?.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
      return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    const token = `gho_${randomBytes(18).toString('hex')}`;
    tokens.set(token, grant.person);
    return { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' };
  }
  return running;
}
