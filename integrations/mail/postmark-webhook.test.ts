import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPostmarkWebhook, type PostmarkWebhookSecret } from './postmark-webhook.ts';

const basic: PostmarkWebhookSecret = { kind: 'basic', username: 'postmark', password: 'a:secret' };
const genuine = { authorization: `Basic ${Buffer.from('postmark:a:secret').toString('base64')}` };
const encode = (body: unknown): Uint8Array => Buffer.from(JSON.stringify(body));

const hardBounce = {
  RecordType: 'Bounce',
  ID: 692560173,
  Type: 'HardBounce',
  TypeCode: 1,
  Name: 'Hard bounce',
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  Metadata: { messageKey: 'booking-1.confirmed' },
  Description: 'The server was unable to deliver your message.',
  Details: 'smtp;550 5.1.1 no such user',
  Email: 'guest@example.com',
  From: 'meetings@example.org',
  BouncedAt: '2026-11-21T10:00:00Z',
  Inactive: true,
};

describe('a webhook of Postmark', () => {
  it('tells of a bounce, of which mail, to whom and why', () => {
    expect(readPostmarkWebhook(encode(hardBounce), genuine, basic)).toEqual({
      outcome: 'event',
      event: {
        eventId: 'bounced-883953f4-6105-42a2-a16a-77a8eac79483-692560173',
        type: 'bounced',
        messageKey: 'booking-1.confirmed',
        providerMessageId: hardBounce.MessageID,
        recipient: 'guest@example.com',
        occurredAt: new Date('2026-11-21T10:00:00Z'),
        isPermanent: true,
        isPassing: false,
        description: 'HardBounce: The server was unable to deliver your message.: smtp;550 5.1.1 no such user',
      },
    });
  });

  it('tells a passing bounce from a final one', () => {
    const reading = readPostmarkWebhook(encode({ ...hardBounce, Type: 'Transient', Inactive: false }), genuine, basic);
    expect(reading).toMatchObject({
      outcome: 'event',
      event: { type: 'bounced', isPermanent: false, isPassing: true },
    });
  });

  it('tells of a complaint', () => {
    const reading = readPostmarkWebhook(
      encode({ ...hardBounce, RecordType: 'SpamComplaint', Type: 'SpamComplaint' }),
      genuine,
      basic,
    );
    expect(reading).toMatchObject({ outcome: 'event', event: { type: 'complained', isPermanent: true } });
  });

  it('tells of a delivery', () => {
    const delivery = {
      RecordType: 'Delivery',
      MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
      Recipient: 'guest@example.com',
      DeliveredAt: '2026-11-21T10:00:01Z',
      Details: 'Test delivery details',
      Metadata: {},
    };
    expect(readPostmarkWebhook(encode(delivery), genuine, basic)).toMatchObject({
      outcome: 'event',
      event: { type: 'delivered', messageKey: null, recipient: 'guest@example.com', isPermanent: false },
    });
  });

  it('takes an absence note for no bounce, and other records for none of ours', () => {
    expect(readPostmarkWebhook(encode({ ...hardBounce, Type: 'AutoResponder' }), genuine, basic).outcome).toBe(
      'ignored',
    );
    expect(readPostmarkWebhook(encode({ RecordType: 'Open' }), genuine, basic).outcome).toBe('ignored');
  });

  it.each([
    ['no credentials', {}],
    ['a wrong password', { authorization: `Basic ${Buffer.from('postmark:wrong').toString('base64')}` }],
    ['another scheme', { authorization: 'Bearer postmark:a:secret' }],
    ['an empty value', { authorization: 'Basic ' }],
  ])('is forged with %s', (_what, headers) => {
    expect(readPostmarkWebhook(encode(hardBounce), headers, basic).outcome).toBe('forged');
  });

  it('can be guarded by a header of one’s own', () => {
    const secret: PostmarkWebhookSecret = { kind: 'header', name: 'x-webhook-secret', value: 's3cret' };
    expect(readPostmarkWebhook(encode(hardBounce), { 'x-webhook-secret': 's3cret' }, secret).outcome).toBe('event');
    expect(readPostmarkWebhook(encode(hardBounce), { 'x-webhook-secret': 's3cre' }, secret).outcome).toBe('forged');
    expect(readPostmarkWebhook(encode(hardBounce), {}, { ...secret, value: '' }).outcome).toBe('forged');
  });

  it('is unreadable, never an exception, when its body is anything else', () => {
    for (const body of [{ ...hardBounce, BouncedAt: 'yesterday' }, { ...hardBounce, ID: undefined }, [], null, 'x']) {
      expect(readPostmarkWebhook(encode(body), genuine, basic).outcome).toBe('unreadable');
    }
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (body) => {
          expect(readPostmarkWebhook(body, genuine, basic).outcome).toMatch(/unreadable|ignored/);
        },
      ),
    );
  });
});
