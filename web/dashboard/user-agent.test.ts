import { describe, expect, it } from 'vitest';
import { deviceOf } from './user-agent.ts';

const like = 'AppleWebKit/537.36 (KHTML, like Gecko)';

describe('a device', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${like} Chrome/153.0.0.0 Safari/537.36`, 'Chrome', 'Linux'],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${like} Chrome/153.0.0.0 Safari/537.36 Edg/153.0.0.0`,
      'Edge',
      'Windows',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox', 'macOS'],
    [
      `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${like} Version/18.5 Mobile/15E148 Safari/604.1`,
      'Safari',
      'iOS',
    ],
    [`Mozilla/5.0 (Linux; Android 10; K) ${like} Chrome/153.0.0.0 Mobile Safari/537.36`, 'Chrome', 'Android'],
  ])('is named as people call it: %s', (userAgent, browser, system) => {
    expect(deviceOf(userAgent)).toEqual({ browser, system });
  });

  it('has no name where the user agent tells none', () => {
    expect(deviceOf('curl/8.14.1')).toBeNull();
    expect(deviceOf(null)).toBeNull();
  });
});
