import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './standard-webhooks.ts';

const now = new Date('2026-11-20T10:00:00Z');
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = Buffer.from('{"test": 2432232314}');

const verify = (headers: Record<string, string | undefined>, at = now, secrets: [string, ...string[]] = [secret]) =>
  verifyWebhook({ body, headers, secrets, now: at });

describe('Standard Webhooks', () => {
  it("agrees with the specification's own example", () => {
    const headers = signWebhook({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      body,
      secrets: [secret],
      now: new Date(1614265330 * 1000),
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('accepts any of several signatures under any of several secrets, so that a secret can be changed', () => {
    const old = signWebhook({ id: 'a', body, secrets: ['old'], now });
    expect(verify({ ...old }).outcome).toBe('forged');
    expect(verify({ ...old }, now, [secret, 'old']).outcome).toBe('genuine');
    expect(verify({ ...signWebhook({ id: 'a', body, secrets: ['old', secret], now }) })).toEqual({
      outcome: 'genuine',
      id: 'a',
    });
  });

  it('refuses what is over five minutes old or ahead', () => {
    const headers = { ...signWebhook({ id: 'a', body, secrets: [secret], now }) };
    const at = (seconds: number) => verify(headers, new Date(now.getTime() + seconds * 1000)).outcome;
    expect([at(-301), at(-299), at(299), at(301)]).toEqual(['forged', 'genuine', 'genuine', 'forged']);
  });

  it('refuses another id, another time, or a missing header', () => {
    const headers = { ...signWebhook({ id: 'a', body, secrets: [secret], now }) };
    expect(verify({ ...headers, 'webhook-id': 'b' }).outcome).toBe('forged');
    expect(verify({ ...headers, 'webhook-timestamp': String(now.getTime() / 1000 + 1) }).outcome).toBe('forged');
    expect(verify({ ...headers, 'webhook-timestamp': 'x' }).outcome).toBe('forged');
    expect(verify({ ...headers, 'webhook-signature': undefined }).outcome).toBe('forged');
    expect(
      verify({ ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') }).outcome,
    ).toBe('forged');
  });
});
