import type { EnvelopesApi } from 'docusign-esign';
import { ProviderRefused, ProviderUnavailable } from '../failures.ts';
import { failureFrom, faultOf } from './faults.ts';
import { createTokenSource } from './token.ts';
import type { GrantOptions } from './token.ts';

export type DocusignClientOptions = GrantOptions & {
  /** With `/restapi`: `https://eu.docusign.net/restapi`. */
  baseUrl: string;
  accountId: string;
};

export type DocusignClient = {
  /** Runs one call of the SDK; `what` names it in errors. @throws ProviderBusy, ProviderRefused, ProviderUnavailable. */
  call<T>(what: string, run: (api: EnvelopesApi, accountId: string) => Promise<T>): Promise<T>;
  /** The envelope's documents and DocuSign's certificate in one PDF. */
  combinedDocument(envelopeId: string): Promise<Uint8Array>;
};

const maxDocumentBytes = 25 * 1024 * 1024;

/** The SDK takes a second and 40 MB to load: that happens at the first call, so that nobody else pays for it. */
export const createDocusignClient = (options: DocusignClientOptions): DocusignClient => {
  const tokens = createTokenSource(options);
  let loaded: Promise<typeof import('docusign-esign')> | null = null;

  const attempt = async <T>(what: string, run: (token: string) => Promise<T>): Promise<T> => {
    const token = await tokens.current();
    try {
      return await run(token);
    } catch (error) {
      if (faultOf(error).status !== 401) throw failureOf(what, error, options);
      tokens.forget(token);
    }
    try {
      return await run(await tokens.current());
    } catch (error) {
      throw failureOf(what, error, options);
    }
  };

  return {
    call: (what, run) =>
      attempt(what, async (token) => {
        loaded ??= import('docusign-esign');
        const { default: sdk } = (await loaded) as unknown as { default: typeof import('docusign-esign') };
        const client = new sdk.ApiClient({ basePath: options.baseUrl });
        client.timeout = options.timeoutMs;
        client.addDefaultHeader('Authorization', `Bearer ${token}`);
        return run(new sdk.EnvelopesApi(client), options.accountId);
      }),
    combinedDocument: (envelopeId) => attempt('download', (token) => download(options, envelopeId, token)),
  };
};

const failureOf = (what: string, error: unknown, options: DocusignClientOptions): Error =>
  error instanceof ProviderRefused || error instanceof ProviderUnavailable
    ? error
    : failureFrom(what, error, options.clock());

/** By fetch: the SDK's download has no limit, and a connection lost in the middle would leave it waiting for ever. */
const download = async (options: DocusignClientOptions, envelopeId: string, token: string): Promise<Uint8Array> => {
  const path = `/v2.1/accounts/${encodeURIComponent(options.accountId)}/envelopes/${encodeURIComponent(envelopeId)}`;
  const response = await fetch(`${options.baseUrl}${path}/documents/combined?certificate=true`, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/pdf' },
    redirect: 'error',
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  if (!response.ok) {
    const data: unknown = await response.json().catch(() => null);
    throw Object.assign(new Error(`HTTP ${response.status}`), {
      response: { status: response.status, headers: Object.fromEntries(response.headers), data },
    });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxDocumentBytes) throw new ProviderRefused(`DocuSign's document is over ${maxDocumentBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
