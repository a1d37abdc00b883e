import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConnectWebhook } from './webhook.ts';

const [key, accountId] = ['a key of Connect', 'b4c1'];
const read = (rawBody: Uint8Array, signedWith = key) =>
  readConnectWebhook({
    rawBody,
    headers: { 'x-docusign-signature-1': createHmac('sha256', signedWith).update(rawBody).digest('base64') },
    hmacKeys: [key],
    accountId,
  });
const bytesOf = (body: unknown) => Buffer.from(JSON.stringify(body) ?? '');
const time = '2026-11-23T10:00:00.0000000Z';

/** A notification with anything in any of its places. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(time, accountId, '', null, '1', '+275760-09-13T00:00:00Z'),
);
const maybe = <T>(right: T) => fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>(right) }, anything);
const notification = fc.record(
  {
    event: fc.oneof(
      fc.constantFrom(
        'envelope-delivered',
        'envelope-completed',
        'envelope-declined',
        'envelope-voided',
        'envelope-sent',
      ),
      anything,
    ),
    generatedDateTime: maybe(time),
    data: fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record(
          {
            envelopeId: maybe('e-1'),
            accountId: maybe(accountId),
            envelopeSummary: fc.oneof(
              fc.record(
                {
                  completedDateTime: maybe(time),
                  statusChangedDateTime: maybe(time),
                  voidedReason: maybe('no'),
                  recipients: fc.oneof(fc.record({ signers: fc.oneof(fc.array(anything), anything) }), anything),
                },
                { requiredKeys: [] },
              ),
              anything,
            ),
          },
          { requiredKeys: [] },
        ),
      },
      anything,
    ),
  },
  { requiredKeys: [] },
);

describe('a notification of DocuSign', () => {
  it('is understood or said not to be, whatever is in it, and never an exception; a time in it is one that can be stored', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(notification, (body) => {
        const reading = read(bytesOf(body));
        outcomes.add(reading.outcome);
        if (reading.outcome === 'forged') throw new Error('It was signed.');
        if (reading.outcome !== 'event') return;
        expect(reading.event.occurredAt.toISOString()).toMatch(/^\d{4}-/);
        expect(reading.event.eventId).toMatch(/^.*:envelope-/s);
        expect(['string', 'object']).toContain(typeof reading.event.reason);
      }),
      { numRuns: 1_000 },
    );
    expect([...outcomes].sort()).toEqual(['event', 'ignored', 'unreadable']);
  });

  it('that is no JSON at all is unreadable', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
        ),
        (body) => {
          expect(['unreadable', 'ignored']).toContain(read(body).outcome);
        },
      ),
    );
  });

  it('that another key signed, or that was changed on its way, is forged, whatever is in it', () => {
    fc.assert(
      fc.property(notification, fc.string({ minLength: 1 }), (body, other) => {
        const bytes = bytesOf(body);
        if (other !== key) expect(read(bytes, other).outcome).toBe('forged');
        const headers = { 'x-docusign-signature-1': createHmac('sha256', key).update(bytes).digest('base64') };
        const changed = Buffer.concat([bytes, Buffer.from(' ')]);
        expect(readConnectWebhook({ rawBody: changed, headers, hmacKeys: [key], accountId }).outcome).toBe('forged');
      }),
    );
  });
});
