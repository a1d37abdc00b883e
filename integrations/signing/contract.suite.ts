import { createHash, randomUUID } from 'node:crypto';
import { PDFDocument } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnvelopeRequest, SigningProvider, WebhookReading } from './provider.ts';
import { verifyPdf } from './verification/verify-pdf.ts';

export type WebhookDelivery = { rawBody: Uint8Array; headers: Record<string, string> };

/** A provider with somebody who can sign at it, and the deliveries it makes. */
export type ProviderUnderTest = {
  provider: SigningProvider;
  sign(providerEnvelopeId: string): Promise<void>;
  decline(providerEnvelopeId: string, reason: string): Promise<void>;
  /** The provider takes the envelope back by itself: its time there has run out. */
  expire(providerEnvelopeId: string): Promise<void>;
  /** The webhook about that, waiting for it if need be. */
  delivery(providerEnvelopeId: string, type: 'completed' | 'declined' | 'voided'): Promise<WebhookDelivery>;
  /** Any body, signed as the provider signs. */
  signed(body: string): WebhookDelivery;
  close(): Promise<void>;
};

/** One provider under test, and what its tests begin with. */
class Trial {
  under!: ProviderUnderTest;
  agreement!: Uint8Array;

  request(): EnvelopeRequest {
    return {
      envelopeId: randomUUID(),
      document: {
        documentId: randomUUID(),
        title: 'Mutual NDA',
        pdf: this.agreement,
        sha256: createHash('sha256').update(this.agreement).digest('hex'),
      },
      signer: { name: 'Zoë O’Brien 李明', email: 'zoe@example.com' },
      emailSubject: 'Please sign the NDA for your meeting',
      expiresAt: new Date(Date.now() + 15 * 60_000),
    };
  }

  async create() {
    const made = this.request();
    const { providerEnvelopeId } = await this.under.provider.createEnvelope(made);
    return { ...made, providerEnvelopeId };
  }

  read({ rawBody, headers }: WebhookDelivery): WebhookReading {
    return this.under.provider.readWebhook(rawBody, headers, new Date());
  }
}

/** What every signing provider must keep, whoever conducts the ceremony. */
export const describeSigningProvider = (name: string, setUp: () => Promise<ProviderUnderTest>): void => {
  describe(name, () => {
    const trial = new Trial();

    beforeAll(async () => {
      trial.under = await setUp();
      const document = await PDFDocument.create();
      document.addPage().drawText('An agreement');
      trial.agreement = await document.save();
    }, 60_000);
    afterAll(() => trial.under.close());

    describe('envelopes', () => envelopePromises(trial));
    describe('what got lost', () => lossPromises(trial));
    describe('webhooks', () => webhookPromises(trial));
  });
};

const envelopePromises = (trial: Trial): void => {
  it('gives the same envelope when creating it is repeated, and another one for another id', async () => {
    const made = trial.request();
    const first = await trial.under.provider.createEnvelope(made);
    expect(await trial.under.provider.createEnvelope(made)).toEqual(first);
    expect(await trial.under.provider.createEnvelope(trial.request())).not.toEqual(first);
    expect(await trial.under.provider.envelopeStatus(first.providerEnvelopeId)).toBe('sent');
    // The first call of a provider may load its SDK.
  }, 30_000);

  it('says where to sign, with an address of its own each time when it is the provider who shows the page', async () => {
    const made = await trial.create();
    const open = () => trial.under.provider.createSigningView({ ...made, returnUrl: 'https://book.example.com/b/1' });
    const [first, second] = [await open(), await open()];
    expect(first.kind).toBe(second.kind);
    if (first.kind !== 'provider_page' || second.kind !== 'provider_page') return;
    expect(first.url).not.toBe(second.url);
    expect(first.expiresAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('has nothing to fetch before the signature, and a sealed document after it, as often as it is asked for', async () => {
    const { providerEnvelopeId } = await trial.create();
    await expect(trial.under.provider.fetchCompleted(providerEnvelopeId)).rejects.toThrow('not completed');
    await trial.under.sign(providerEnvelopeId);
    expect(await trial.under.provider.envelopeStatus(providerEnvelopeId)).toBe('completed');
    for (let attempt = 0; attempt < 2; attempt++) {
      const { signedPdf, signedAt } = await trial.under.provider.fetchCompleted(providerEnvelopeId);
      expect(Math.abs(signedAt.getTime() - Date.now())).toBeLessThan(60_000);
      expect((await verifyPdf(signedPdf, { now: new Date() })).verdict).toBe('intact');
      expect((await PDFDocument.load(signedPdf)).getPageCount()).toBeGreaterThan(1);
    }
  }, 30_000);

  it('voids an envelope, once or repeatedly', async () => {
    const { providerEnvelopeId } = await trial.create();
    const withdraw = () => trial.under.provider.voidEnvelope({ providerEnvelopeId, reason: 'The time has run out' });
    expect(await withdraw()).toBe('voided');
    expect(await withdraw()).toBe('voided');
    expect(await trial.under.provider.envelopeStatus(providerEnvelopeId)).toBe('voided');
  });

  it('does not void what was signed or declined, and says which', async () => {
    const [signedOne, declinedOne] = [await trial.create(), await trial.create()];
    await trial.under.sign(signedOne.providerEnvelopeId);
    await trial.under.decline(declinedOne.providerEnvelopeId, 'Section 4');
    const withdraw = ({ providerEnvelopeId }: { providerEnvelopeId: string }) =>
      trial.under.provider.voidEnvelope({ providerEnvelopeId, reason: 'Canceled' });
    expect(await withdraw(signedOne)).toBe('completed');
    expect(await withdraw(declinedOne)).toBe('declined');
    expect(await trial.under.provider.envelopeStatus(declinedOne.providerEnvelopeId)).toBe('declined');
  });

  it('has nothing to fetch of an envelope that ran out, and says that it is void', async () => {
    const { providerEnvelopeId } = await trial.create();
    await trial.under.expire(providerEnvelopeId);
    expect(await trial.under.provider.envelopeStatus(providerEnvelopeId)).toBe('voided');
    await expect(trial.under.provider.fetchCompleted(providerEnvelopeId)).rejects.toThrow('not completed');
    const withdrawn = trial.under.provider.voidEnvelope({ providerEnvelopeId, reason: 'Canceled' });
    expect(await withdrawn).toBe('voided');
  });

  it('fails for an envelope that does not exist', async () => {
    await expect(trial.under.provider.envelopeStatus(randomUUID())).rejects.toThrow();
    await expect(trial.under.provider.fetchCompleted(randomUUID())).rejects.toThrow();
  });
};

/** Of a provider whose news, or whose answers, can be lost on their way. */
const lossPromises = (trial: Trial): void => {
  it('tells of signatures, refusals and lapses when it is asked, where its webhooks can be lost', async ({ skip }) => {
    const since = new Date(Date.now() - 1_000);
    const { listStatusChanges } = trial.under.provider;
    if (!listStatusChanges) return skip(`${trial.under.provider.name} has no webhooks that can be lost`);
    const [signedOne, declinedOne, expiredOne] = [await trial.create(), await trial.create(), await trial.create()];
    await trial.under.sign(signedOne.providerEnvelopeId);
    await trial.under.decline(declinedOne.providerEnvelopeId, 'Section 4');
    await trial.under.expire(expiredOne.providerEnvelopeId);
    const changes = new Map((await listStatusChanges(since)).map((change) => [change.providerEnvelopeId, change]));
    expect(changes.get(signedOne.providerEnvelopeId)).toMatchObject({ status: 'completed', reason: null });
    expect(changes.get(declinedOne.providerEnvelopeId)).toMatchObject({ status: 'declined', reason: 'Section 4' });
    expect(changes.get(expiredOne.providerEnvelopeId)).toMatchObject({ status: 'voided' });
  });

  it('finds by our ids what it has made, whatever became of it, where that can be lost', async ({ skip }) => {
    const { findEnvelopes } = trial.under.provider;
    if (!findEnvelopes) return skip(`${trial.under.provider.name} keeps its envelopes with us`);
    const [open, signed] = [await trial.create(), await trial.create()];
    await trial.under.sign(signed.providerEnvelopeId);
    const unknown = randomUUID();
    expect(await findEnvelopes([open.envelopeId, unknown, signed.envelopeId])).toEqual(
      new Map([
        [open.envelopeId, open.providerEnvelopeId],
        [signed.envelopeId, signed.providerEnvelopeId],
      ]),
    );
    expect(await findEnvelopes([unknown])).toEqual(new Map());
  });
};

const webhookPromises = (trial: Trial): void => {
  it('tells of a signature by webhook, under one event id however often it is delivered', async () => {
    const { providerEnvelopeId } = await trial.create();
    await trial.under.sign(providerEnvelopeId);
    const delivery = await trial.under.delivery(providerEnvelopeId, 'completed');
    const reading = trial.read(delivery);
    expect(reading).toMatchObject({
      outcome: 'event',
      event: { type: 'completed', providerEnvelopeId, reason: null },
    });
    expect(trial.read(delivery)).toEqual(reading);
  });

  it("passes on the signer's reason for declining", async () => {
    const { providerEnvelopeId } = await trial.create();
    await trial.under.decline(providerEnvelopeId, 'Section 4 goes “too far”');
    expect(trial.read(await trial.under.delivery(providerEnvelopeId, 'declined'))).toMatchObject({
      outcome: 'event',
      event: { type: 'declined', providerEnvelopeId, reason: 'Section 4 goes “too far”' },
    });
  });

  it('tells of an envelope that ran out', async () => {
    const { providerEnvelopeId } = await trial.create();
    await trial.under.expire(providerEnvelopeId);
    expect(trial.read(await trial.under.delivery(providerEnvelopeId, 'voided'))).toMatchObject({
      outcome: 'event',
      event: { type: 'voided', providerEnvelopeId },
    });
  });

  it('takes a webhook for forged when its body was changed or its signature is missing', async () => {
    const { providerEnvelopeId } = await trial.create();
    await trial.under.sign(providerEnvelopeId);
    const { rawBody, headers } = await trial.under.delivery(providerEnvelopeId, 'completed');
    const altered = Buffer.concat([rawBody, Buffer.from(' ')]);
    expect(trial.read({ rawBody: altered, headers }).outcome).toBe('forged');
    expect(trial.read({ rawBody, headers: {} }).outcome).toBe('forged');
  });

  it('neither acts on nor chokes on genuine webhooks that it does not understand', () => {
    expect(trial.read(trial.under.signed('not JSON')).outcome).toBe('unreadable');
    expect(trial.read(trial.under.signed('[]')).outcome).not.toBe('event');
    expect(trial.read(trial.under.signed('null')).outcome).toBe('unreadable');
    expect(
      trial.read(trial.under.signed('{"event":"template-created","type":"template.created","data":{}}')).outcome,
    ).not.toBe('event');
  });
};
