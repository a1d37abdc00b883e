import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'slonik';
import { z } from 'zod';
import type { DeadLetter } from '#contract/operations.ts';
import { builtinWebhookBody } from '#integrations/signing/builtin/provider.ts';
import { signWebhook } from '#integrations/signing/standard-webhooks.ts';
import { builtinWebhookSecret } from '#runtime/composition.ts';
import { asHost, bookingToSign, confirmedBooking, mailsOf, milestonesOf, trailOf } from '#tests/booking-actions.ts';
import { buildHost, buildMeetingType, readMine, untilStatus, type TestHost, type TestType } from '#tests/people.ts';
import { startProduct, type Product } from '#tests/product.ts';

let product: Product;
let host: TestHost;
let type: TestType;
beforeAll(async () => {
  product = await startProduct({ env: { OPERATOR_EMAILS: 'operator@example.org' } });
  host = await buildHost(product, { email: 'operator@example.org' });
  type = await buildMeetingType(product, host, { nda: true });
});
afterAll(() => product.stop());

type News = { id: string; body: string };

const newsOf = (envelopeId: string, event: 'completed' | 'declined', reason: string | null = null): News => ({
  id: `msg_${randomUUID()}`,
  body: builtinWebhookBody({ providerEnvelopeId: envelopeId, type: event, occurredAt: new Date(), reason }),
});

/** As the provider sends it; with another secret it is somebody else's. */
async function post(news: News, options: { secret?: string; signedAt?: Date; provider?: string } = {}) {
  const secret = options.secret ?? builtinWebhookSecret(product.config);
  const headers = signWebhook({ ...news, secrets: [secret], now: options.signedAt ?? new Date() });
  const response = await fetch(`${product.baseUrl}/api/v1/webhooks/signing/${options.provider ?? 'builtin'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: news.body,
  });
  return { status: response.status, body: (await response.json()) as { status?: string; code?: string } };
}

const providerEnvelopeOf = (bookingId: string) =>
  product.shared.database.oneFirst(sql.type(z.object({ id: z.string() }))`
    select provider_envelope_id as id from envelope where booking_id = ${bookingId}`);

const countOf = (table: 'webhook_receipt' | 'dead_letter') =>
  product.shared.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*) as count from ${sql.identifier([table])}`);

const deadLetters = async () =>
  (await asHost<{ items: z.infer<typeof DeadLetter>[] }>(product, host, '/installation/dead-letters', undefined, 'GET'))
    .body.items;

describe('a webhook of the signing provider', () => {
  it('is refused when it is forged, altered or too old, and nothing of it is stored', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const news = newsOf(await providerEnvelopeOf(id), 'declined');
    const forger = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const forged = [
      await post(news, { secret: forger }),
      await post(news, { signedAt: new Date(Date.now() - 3_600_000) }),
      await post({ ...news, id: `${news.id}x` }, { secret: forger }),
    ];
    for (const answer of forged) expect(answer).toMatchObject({ status: 401, body: { code: 'webhook_forged' } });
    const genuine = signWebhook({ ...news, secrets: [builtinWebhookSecret(product.config)], now: new Date() });
    const altered = await fetch(`${product.baseUrl}/api/v1/webhooks/signing/builtin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...genuine },
      body: `${news.body} `,
    });
    expect(altered.status).toBe(401);
    expect(await countOf('webhook_receipt')).toBe(0);
    expect(await countOf('dead_letter')).toBe(0);
    expect((await readMine(product, token)).status).toBe('held');
  });

  it('is acted on once: a replay is answered as repeated and changes nothing', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const news = newsOf(await providerEnvelopeOf(id), 'declined', 'Not with this clause.');
    expect(await post(news)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    await untilStatus(product, token, 'declined');
    const before = [await milestonesOf(product, id), await trailOf(product, host, id), await mailsOf(product, id)];
    const twins = await Promise.all([post(news), post(news), post(news)]);
    for (const answer of twins) expect(answer).toMatchObject({ status: 200, body: { status: 'repeated' } });
    const names = (mails: unknown) => JSON.stringify(mails).replaceAll(/"status":"\w+"/g, '');
    const after = [await milestonesOf(product, id), await trailOf(product, host, id), await mailsOf(product, id)];
    expect(names(after)).toBe(names(before));
    expect((await trailOf(product, host, id)).at(-1)).toBe('nda.declined by provider');
  });

  it('that says completed again after the guest has signed here changes nothing', async () => {
    const { id, token } = await confirmedBooking(product, host, type);
    const before = await milestonesOf(product, id);
    expect(await post(newsOf(await providerEnvelopeOf(id), 'completed'))).toMatchObject({
      body: { status: 'accepted' },
    });
    expect(await post(newsOf(await providerEnvelopeOf(id), 'declined'))).toMatchObject({
      body: { status: 'accepted' },
    });
    expect(await milestonesOf(product, id)).toEqual(before);
    expect(await readMine(product, token)).toMatchObject({ status: 'confirmed', ndaStatus: 'completed' });
  });

  it('about an envelope that is not known becomes one dead letter, and is acted on when it is replayed', async () => {
    const { id, token } = await bookingToSign(product, host, type);
    const envelopeId = await providerEnvelopeOf(id);
    const rename = (from: string, to: string) =>
      product.shared.database.query(
        sql.unsafe`update envelope set provider_envelope_id = ${to} where provider_envelope_id = ${from}`,
      );
    await rename(envelopeId, 'not-yet-known');
    const news = newsOf(envelopeId, 'declined');
    expect(await post(news)).toMatchObject({ status: 200, body: { status: 'dead_letter' } });
    expect(await post(news)).toMatchObject({ status: 200, body: { status: 'dead_letter' } });
    const [letter, ...others] = await deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      source: 'signing:builtin',
      reason: expect.stringContaining('No envelope') as string,
    });

    const replay = () =>
      asHost<z.infer<typeof DeadLetter>>(product, host, `/installation/dead-letters/${letter?.id}/replay`);
    expect(await replay()).toMatchObject({ status: 200, body: { replayedAt: null } });
    expect((await readMine(product, token)).status).toBe('held');
    await rename('not-yet-known', envelopeId);
    expect((await replay()).body.replayedAt).not.toBeNull();
    await untilStatus(product, token, 'declined');
  });

  it('that is genuine but unreadable becomes a dead letter; one that means nothing here is ignored', async () => {
    const before = await countOf('dead_letter');
    expect(await post({ id: 'msg_1', body: '{"type":' })).toMatchObject({ body: { code: 'malformed_body' } });
    expect(await post({ id: 'msg_2', body: '{"type":"envelope.declined"}' })).toMatchObject({
      body: { status: 'dead_letter' },
    });
    expect(await post({ id: 'msg_3', body: '{"type":"account.renamed"}' })).toMatchObject({
      body: { status: 'ignored' },
    });
    expect(await countOf('dead_letter')).toBe(before + 1);
    expect(await post(newsOf('any', 'declined'), { provider: 'docusign' })).toMatchObject({ status: 404 });
  });
});
