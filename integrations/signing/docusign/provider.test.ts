import { execFile } from 'node:child_process';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startDocusignServer } from '#tests/docusign-server/server.ts';
import type { DocusignServer } from '#tests/docusign-server/server.ts';
import { promptConnect } from '#tests/docusign-server/connect.ts';
import { describeSigningProvider } from '../contract.suite.ts';
import type { WebhookDelivery } from '../contract.suite.ts';
import { ProviderBusy, ProviderRefused, ProviderUnavailable } from '../failures.ts';
import { createDocusignProvider } from './provider.ts';
import type { DocusignProvider, DocusignProviderOptions } from './provider.ts';

const registration = {
  accountId: randomUUID(),
  integrationKey: randomUUID(),
  userId: randomUUID(),
  hmacKey: 'a Connect key==',
};
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const optionsFor = (server: DocusignServer, webhookUrl: string): DocusignProviderOptions => ({
  baseUrl: server.baseUrl,
  oauthUrl: server.url,
  accountId: registration.accountId,
  integrationKey: registration.integrationKey,
  userId: registration.userId,
  privateKeyPem: rsa.privateKey,
  webhookKeys: [registration.hmacKey],
  webhookUrl,
  frameAncestors: ['https://book.example.com'],
  signatureAnchor: '/signature/',
  timeoutMs: 5_000,
});

/** Our webhook endpoint: keeps what arrives, and refuses as many as it is told to. */
const startReceiver = async () => {
  const deliveries: WebhookDelivery[] = [];
  const receiver = { deliveries, refusals: 0, url: '', close: () => undefined as void };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const refuses = receiver.refusals > 0;
      receiver.refusals -= refuses ? 1 : 0;
      const headers = request.headers as Record<string, string>;
      if (!refuses) deliveries.push({ rawBody: Buffer.concat(chunks), headers });
      response.writeHead(refuses ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/docusign`;
  receiver.close = () => void server.close();
  return receiver;
};

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

const start = async () => {
  const server = await startDocusignServer({ ...registration, publicKeyPem: rsa.publicKey, retryDelayMs: 10 });
  const receiver = await startReceiver();
  const provider = createDocusignProvider(optionsFor(server, receiver.url));
  const close = async () => {
    receiver.close();
    await server.close();
  };
  return { server, receiver, provider, close };
};

const about = ({ rawBody }: WebhookDelivery): { event: string; data: { envelopeId: string } } =>
  JSON.parse(Buffer.from(rawBody).toString()) as { event: string; data: { envelopeId: string } };

const until = async <T>(find: () => T | undefined): Promise<T> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = find();
    if (found !== undefined) return found;
    await pause(10);
  }
  throw new Error('It did not happen within two seconds.');
};

describeSigningProvider('docusign', async () => {
  const { server, receiver, provider, close } = await start();
  return {
    provider,
    sign: async (envelopeId) => server.envelopes.complete(envelopeId),
    decline: async (envelopeId, reason) => server.envelopes.decline(envelopeId, reason),
    expire: async (envelopeId) => server.envelopes.void(envelopeId, 'Envelope has expired.'),
    delivery: (envelopeId, type) =>
      until(() =>
        receiver.deliveries.find(
          (one) => about(one).data.envelopeId === envelopeId && about(one).event === `envelope-${type}`,
        ),
      ),
    signed: (body) => {
      const signature = createHmac('sha256', registration.hmacKey).update(body).digest('base64');
      return {
        rawBody: Buffer.from(body),
        headers: { 'x-docusign-signature-1': 'bm9uZQ==', 'x-docusign-signature-2': signature },
      };
    },
    close,
  };
});

describe('createDocusignProvider', () => {
  let server: DocusignServer;
  let receiver: Receiver;
  let provider: DocusignProvider;
  let close: () => Promise<void>;
  let pdf: Uint8Array;

  beforeAll(async () => {
    ({ server, receiver, provider, close } = await start());
    const document = await PDFDocument.create();
    document.addPage();
    pdf = await document.save();
  });
  afterAll(() => close());
  beforeEach(() => {
    receiver.deliveries.length = 0;
    server.connect.behaviour = promptConnect;
    server.troubles.length = 0;
    server.paging.maxCount = 1000;
  });

  const create = async (): Promise<{ envelopeId: string; providerEnvelopeId: string }> => {
    const envelopeId = randomUUID();
    const document = { documentId: randomUUID(), title: 'NDA', pdf, sha256: 'a'.repeat(64) };
    const signer = { name: 'Zoë', email: 'zoe@example.com' };
    const request = { envelopeId, document, signer, emailSubject: 'NDA', expiresAt: new Date(Date.now() + 60_000) };
    return { envelopeId, ...(await provider.createEnvelope(request)) };
  };
  const view = (made: { envelopeId: string; providerEnvelopeId: string }, name = 'Zoë') =>
    provider.createSigningView({
      ...made,
      signer: { name, email: 'zoe@example.com' },
      returnUrl: 'https://book.example.com/b/1',
    });

  it('does not load the SDK before it is called', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import { createDocusignProvider } from '${import.meta.dirname}/provider.ts';
      createDocusignProvider(${JSON.stringify(optionsFor(server, receiver.url))});
      const loaded = Object.keys(createRequire('${import.meta.dirname}/').cache);
      process.stdout.write(String(loaded.some((path) => path.includes('docusign-esign'))));`;
    const said = await new Promise((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
    expect(said).toBe('false');
  }, 20_000);

  it('opens a signing page that our page may embed, works once, and comes back with a hint of what was done', async () => {
    const made = await create();
    const opened = await view(made);
    if (opened.kind !== 'provider_page') throw new Error('no page');
    const page = await fetch(opened.url);
    expect(page.headers.get('content-security-policy')).toContain('https://book.example.com');
    const signed = await fetch(opened.url, { method: 'POST', body: 'act=sign', redirect: 'manual' });
    expect(signed.headers.get('location')).toBe('https://book.example.com/b/1?event=signing_complete');
    expect((await fetch(opened.url)).status).toBe(404);
    expect(await provider.envelopeStatus(made.providerEnvelopeId)).toBe('completed');
  });

  it('refuses a signing page for somebody else than the signer of the envelope', async () => {
    await expect(view(await create(), 'Mallory')).rejects.toThrow('UNKNOWN_ENVELOPE_RECIPIENT');
  });

  it('gets a new token when the old one was revoked, and uses one token for many calls', async () => {
    const made = await create();
    server.grants.revokeAll();
    expect(await provider.envelopeStatus(made.providerEnvelopeId)).toBe('sent');
  });

  it('says what to open when consent is missing, and does not call it passing', async () => {
    const fresh = createDocusignProvider(optionsFor(server, receiver.url));
    server.grants.consentGiven = false;
    const failure = await fresh.envelopeStatus(randomUUID()).catch((error: unknown) => error);
    server.grants.consentGiven = true;
    expect(failure).toBeInstanceOf(ProviderRefused);
    expect(String(failure)).toContain(`/oauth/auth?response_type=code&scope=signature+impersonation`);
  });

  it('is refused with the key of another app', async () => {
    const other = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const forger = createDocusignProvider({ ...optionsFor(server, receiver.url), privateKeyPem: other.privateKey });
    await expect(forger.envelopeStatus(randomUUID())).rejects.toThrow('invalid_grant');
  });

  it('passes on how long to wait when it is asked to slow down', async () => {
    const { providerEnvelopeId } = await create();
    server.troubles.push({ kind: 'rate_limited', retryAfterSeconds: 42 }, { kind: 'hourly_limit' });
    const first = await provider.envelopeStatus(providerEnvelopeId).catch((error: unknown) => error);
    expect(first).toBeInstanceOf(ProviderBusy);
    expect((first as ProviderBusy).retryAfterMs).toBe(42_000);
    const second = await provider.envelopeStatus(providerEnvelopeId).catch((error: unknown) => error);
    expect((second as ProviderBusy).retryAfterMs).toBeGreaterThan(880_000);
  });

  it('calls a fault of the provider passing, and never shows the token in an error', async () => {
    const { providerEnvelopeId } = await create();
    server.troubles.push({ kind: 'fault' });
    const failure = await provider.envelopeStatus(providerEnvelopeId).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProviderUnavailable);
    expect((failure as Error).cause).toBeUndefined();
    expect(JSON.stringify({ ...(failure as Error) }) + String((failure as Error).stack)).not.toMatch(/bearer/i);
  });

  it('finds out about lost webhooks in one call', async () => {
    const before = new Date(Date.now() - 1);
    server.connect.behaviour = { ...promptConnect, delivery: 'lost' };
    const [first, second] = [await create(), await create()];
    server.envelopes.complete(first.providerEnvelopeId);
    server.envelopes.decline(second.providerEnvelopeId, 'Not like this');
    const callsBefore = server.calls.length;
    const changes = await provider.listStatusChanges(before);
    expect(server.calls.length - callsBefore).toBe(1);
    const ofEnvelope = (id: string) => changes.find(({ providerEnvelopeId }) => providerEnvelopeId === id);
    expect(ofEnvelope(first.providerEnvelopeId)).toMatchObject({ status: 'completed', reason: null });
    expect(ofEnvelope(second.providerEnvelopeId)).toMatchObject({ status: 'declined', reason: 'Not like this' });
    expect(ofEnvelope(first.providerEnvelopeId)?.occurredAt.getTime()).toBeGreaterThan(before.getTime() - 1_000);
    expect(receiver.deliveries).toEqual([]);
  });

  it('reads on after entries that it cannot read, each page once', async () => {
    server.connect.behaviour = { ...promptConnect, delivery: 'lost' };
    const created: string[] = [];
    for (let count = 0; count < 5; count += 1) created.push((await create()).providerEnvelopeId);
    const [first = '', second = '', ...readable] = created;
    const before = new Date(Date.parse(server.envelopes.get(first).statusChangedDateTime) - 1);
    const listed = [...server.envelopes.all.values()].filter(
      ({ statusChangedDateTime }) => Date.parse(statusChangedDateTime) >= before.getTime(),
    );
    for (const id of [first, second]) server.envelopes.get(id).envelopeId = '';
    server.paging.maxCount = 2;
    const callsBefore = server.calls.length;
    const changes = await provider.listStatusChanges(before);
    const ids = changes.map(({ providerEnvelopeId }) => providerEnvelopeId);
    expect(ids.filter((id) => readable.includes(id))).toEqual(readable);
    expect(server.calls.length - callsBefore).toBe(Math.ceil(listed.length / 2));
  });

  it('reads one event from two deliveries, also when the receiver failed at first', async () => {
    server.connect.behaviour = { ...promptConnect, copies: 2, delayMs: 20 };
    receiver.refusals = 2;
    const { providerEnvelopeId } = await create();
    server.envelopes.complete(providerEnvelopeId);
    const completions = () => receiver.deliveries.filter((one) => about(one).event === 'envelope-completed');
    await until(() => (completions().length === 2 ? true : undefined));
    const readings = completions().map((one) => provider.readWebhook(one.rawBody, one.headers, new Date()));
    const ids = readings.map((reading) => (reading.outcome === 'event' ? reading.event.eventId : null));
    expect(new Set(ids)).toEqual(new Set([`${providerEnvelopeId}:envelope-completed`]));
  });

  it('keeps the time at which things happened when webhooks come late and out of order', async () => {
    server.connect.behaviour = { ...promptConnect, delivery: 'held' };
    const { providerEnvelopeId } = await create();
    server.envelopes.deliver(providerEnvelopeId);
    await pause(30);
    server.envelopes.complete(providerEnvelopeId);
    await server.connect.release(true);
    const own = receiver.deliveries.filter((one) => about(one).data.envelopeId === providerEnvelopeId);
    const events = own.map((one) => provider.readWebhook(one.rawBody, one.headers, new Date()));
    const [first, second] = events.map((reading) => (reading.outcome === 'event' ? reading.event : null));
    expect([first?.type, second?.type]).toEqual(['completed', 'delivered']);
    expect(first?.occurredAt.getTime()).toBeGreaterThan(second?.occurredAt.getTime() ?? Infinity);
  });

  it('sees through a webhook signed with another key, and leaves those of other accounts alone', async () => {
    server.connect.behaviour = { ...promptConnect, forged: true };
    const { providerEnvelopeId } = await create();
    server.envelopes.complete(providerEnvelopeId);
    const forged = await until(() =>
      receiver.deliveries.find((one) => about(one).data.envelopeId === providerEnvelopeId),
    );
    expect(provider.readWebhook(forged.rawBody, forged.headers, new Date()).outcome).toBe('forged');
    const elsewhere = createDocusignProvider({ ...optionsFor(server, receiver.url), accountId: randomUUID() });
    server.connect.behaviour = promptConnect;
    const other = await create();
    server.envelopes.complete(other.providerEnvelopeId);
    const genuine = await until(() =>
      receiver.deliveries.find((one) => about(one).data.envelopeId === other.providerEnvelopeId),
    );
    expect(elsewhere.readWebhook(genuine.rawBody, genuine.headers, new Date()).outcome).toBe('ignored');
  });
});
