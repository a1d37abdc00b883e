import { createHash, randomUUID } from 'node:crypto';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { veraPdf } from '#tests/conformance/verapdf/verapdf.ts';
import { createPdfRenderer } from '../../pdf/chromium/chromium-renderer.ts';
import { documentFontFamily } from '../../pdf/fonts/embedding.ts';
import type { PdfRenderer } from '../../pdf/renderer.ts';
import { describeSigningProvider } from '../contract.suite.ts';
import type { SigningEvent } from '../provider.ts';
import { signWebhook } from '../standard-webhooks.ts';
import { verifyPdf } from '../verification/verify-pdf.ts';
import { createOrganizationAuthority } from './authority.ts';
import type { OrganizationKeys } from './authority.ts';
import type { Ceremonies, CompletedCeremony } from './ceremony.ts';
import { createLocalTimestampAuthority } from './timestamp.ts';
import { builtinWebhookBody, createBuiltinProvider } from './provider.ts';
import type { BuiltinProviderOptions } from './provider.ts';

const secret = 'whsec_' + Buffer.from('a secret of the test').toString('base64');
const organization = { id: randomUUID(), name: 'Acme "Räuber" 法' };
let renderer: PdfRenderer;
let keys: OrganizationKeys;
let agreement: Uint8Array;

beforeAll(async () => {
  renderer = createPdfRenderer();
  keys = await createOrganizationAuthority({ organizationName: organization.name, now: new Date() });
  const style = `<style>body { font-family: ${documentFontFamily} }</style>`;
  const table = '<table><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td>B</td></tr></tbody></table>';
  agreement = await renderer.render({
    html: `<!doctype html><html lang="en"><head><title>NDA</title>${style}</head><body><h1>NDA</h1>${table}</body></html>`,
    title: 'NDA',
    language: 'en',
    author: 'Acme',
    createdAt: new Date(),
  });
}, 60_000);

afterAll(() => renderer.close());

const completedCeremony = (pdf: Uint8Array): CompletedCeremony => {
  const now = Date.now();
  const at = (secondsAgo: number) => new Date(now - secondsAgo * 1000);
  const from = { ip: '2001:db8::1', userAgent: 'Mozilla/5.0 (X11) <script>alert(1)</script>' };
  return {
    envelopeId: randomUUID(),
    document: {
      documentId: 'document-1',
      title: 'Mutual NDA <b>&\u202e',
      pdf,
      sha256: createHash('sha256').update(pdf).digest('hex'),
      templateName: 'Mutual NDA',
      templateVersion: 3,
    },
    signer: { name: 'Zoë "李明" O\'Brien 🖋', email: 'zoe@example.com' },
    mark: { kind: 'typed', text: 'Zoë 李明' },
    consent: { at: at(40), disclosureVersion: '2026-11', disclosureSha256: 'a'.repeat(64) },
    emailCodeVerifiedAt: at(20),
    signedAt: at(1),
    ...from,
    events: [
      { at: at(60), what: 'sent', ip: null, userAgent: null },
      { at: at(50), what: 'viewed', ...from },
      { at: at(1), what: 'signed', ...from },
    ],
    organization,
    host: { name: 'Ada Host' },
    timeZone: 'Asia/Kolkata',
    locale: 'de-AT',
  };
};

type Held = { state: 'sent' | 'completed' | 'declined' | 'voided'; completed: CompletedCeremony | null };

/** What the database keeps, in a map. */
const ceremoniesInMemory = () => {
  const all = new Map<string, Held>();
  const held = (envelopeId: string): Held => {
    const found = all.get(envelopeId);
    if (!found) throw new Error(`No ceremony ${envelopeId}.`);
    return found;
  };
  const ceremonies: Ceremonies = {
    open: async ({ envelopeId }) => {
      if (!all.has(envelopeId)) all.set(envelopeId, { state: 'sent', completed: null });
    },
    void: async (envelopeId) => {
      const one = held(envelopeId);
      if (one.state === 'sent') one.state = 'voided';
      return one.state as 'voided' | 'completed' | 'declined';
    },
    status: async (envelopeId) => held(envelopeId).state,
    completed: async (envelopeId) => held(envelopeId).completed,
  };
  return { ceremonies, held };
};

const setUp = (changes: Partial<BuiltinProviderOptions> = {}) => {
  const { ceremonies, held } = ceremoniesInMemory();
  const provider = createBuiltinProvider({
    ...changes,
    ceremonies,
    renderer,
    keysOf: () => Promise.resolve(keys),
    verifyUrl: 'https://book.example.com/verify',
    webhookSecrets: [secret],
  });
  const reasons = new Map<string, string>();
  const signed = (body: string) => {
    const headers: Record<string, string> = signWebhook({
      id: `msg_${randomUUID()}`,
      body,
      secrets: [secret],
      now: new Date(),
    });
    return { rawBody: Buffer.from(body), headers };
  };
  return {
    provider,
    held,
    sign: async (envelopeId: string) => {
      Object.assign(held(envelopeId), { state: 'completed', completed: completedCeremony(agreement) });
    },
    decline: async (envelopeId: string, reason: string) => {
      held(envelopeId).state = 'declined';
      reasons.set(envelopeId, reason);
    },
    expire: async (envelopeId: string) => {
      held(envelopeId).state = 'voided';
    },
    delivery: async (providerEnvelopeId: string, type: SigningEvent['type']) =>
      signed(
        builtinWebhookBody({
          providerEnvelopeId,
          type,
          occurredAt: new Date(),
          reason: reasons.get(providerEnvelopeId) ?? null,
        }),
      ),
    signed,
    close: async () => undefined,
  };
};

describeSigningProvider('builtin', () => Promise.resolve(setUp()));

describe('the built-in final document', () => {
  const finalDocument = async (
    completed: CompletedCeremony,
    changes: Partial<BuiltinProviderOptions> = {},
  ): Promise<Uint8Array> => {
    const { provider, held } = setUp(changes);
    const { providerEnvelopeId } = await provider.createEnvelope({
      envelopeId: randomUUID(),
      document: completed.document,
      signer: completed.signer,
      emailSubject: 'NDA',
      expiresAt: new Date(),
    });
    Object.assign(held(providerEnvelopeId), { state: 'completed', completed });
    return (await provider.fetchCompleted(providerEnvelopeId)).signedPdf;
  };

  it('begins with the agreement as it was shown, byte for byte, and records whose it is', async () => {
    const ceremony = completedCeremony(agreement);
    const pdf = await finalDocument(ceremony);
    expect(Buffer.from(pdf.subarray(0, agreement.length)).equals(Buffer.from(agreement))).toBe(true);
    const report = await verifyPdf(pdf, { now: new Date(), trustedRoots: keys.authority.certificateChain });
    expect(report.seals[0]).toMatchObject({ trust: 'trusted', timestamp: { independent: false } });
    expect(report.agreement).toEqual({
      documentId: 'document-1',
      sha256: ceremony.document.sha256,
      lengthBytes: agreement.length,
      templateName: 'Mutual NDA',
      templateVersion: 3,
      signerName: 'Zoë "李明" O\'Brien 🖋',
      signerEmail: 'zoe@example.com',
      signedAt: ceremony.signedAt,
      matches: true,
    });
  });

  it('has one structure tree for both parts, the certificate in its own language', async () => {
    const document = await PDFDocument.load(await finalDocument(completedCeremony(agreement)));
    const pages = document.getPages();
    const keysOfPages = pages.map((page) => String(page.node.get(PDFName.of('StructParents'))));
    expect(new Set(keysOfPages).size).toBe(pages.length);
    const languages = document.context
      .enumerateIndirectObjects()
      .filter(([, object]) => String(object).includes('/S /Sect') && String(object).includes('/Lang'));
    expect(languages.length).toBeGreaterThan(0);
  });

  it('is not made from an agreement that is no longer what was recorded', async () => {
    const ceremony = completedCeremony(agreement);
    const altered = { ...ceremony, document: { ...ceremony.document, sha256: 'f'.repeat(64) } };
    await expect(finalDocument(altered)).rejects.toThrow('it was altered');
  });

  it('waits for an outside timestamp authority that fails, or states the time by its own key, as it is told to', async () => {
    const timestampAuthority = { timestamp: () => Promise.reject(new Error('the authority is down')) };
    const ceremony = completedCeremony(agreement);
    await expect(finalDocument(ceremony, { timestampAuthority })).rejects.toThrow('the authority is down');
    const pdf = await finalDocument(ceremony, { timestampAuthority, whenTimestampFails: 'own_key' });
    const report = await verifyPdf(pdf, { now: new Date() });
    expect(report.seals[0]).toMatchObject({ intact: true, timestamp: { independent: false } });
  });

  it('calls a timestamp independent when an authority made it that is trusted', async () => {
    const other = await createOrganizationAuthority({ organizationName: 'Time & Co', now: new Date() });
    const timestampAuthority = createLocalTimestampAuthority({ key: other.timestamping, clock: () => new Date() });
    const pdf = await finalDocument(completedCeremony(agreement), { timestampAuthority });
    const timestampRoots = other.authority.certificateChain;
    const report = await verifyPdf(pdf, { now: new Date(), timestampRoots });
    expect(report.seals[0]?.timestamp).toMatchObject({ authority: 'Time & Co timestamps', independent: true });
  });

  it('is PDF/A-2b and PDF/UA-1', async (context) => {
    const validator = await veraPdf();
    if ('absent' in validator) return void (await context.annotate(`nothing was checked: ${validator.absent}`));
    const pdf = await finalDocument(completedCeremony(agreement));
    const { compliant, report } = await validator.validate(pdf, ['2b', 'ua1']);
    expect(compliant, report).toBe(true);
  }, 300_000);
});
