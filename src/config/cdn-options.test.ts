import { expect, it } from 'vitest';
import { readCdnOptions } from './cdn-options.ts';

const refused = (text: string): unknown =>
  expect.objectContaining({ code: 'usage', message: expect.stringContaining(text) });

it('no CDN is told if none is named', () => {
  expect(readCdnOptions({})).toEqual({});
  expect(readCdnOptions({ cloudfrontEndpoint: 'http://127.0.0.1' })).toEqual({});
});

it('a distribution is named by its id, or by its ARN', () => {
  const cdn = { distribution: 'E2QWRUHAPOMQZL' };
  expect(readCdnOptions({ invalidate: 'E2QWRUHAPOMQZL' })).toEqual({ cdn });
  const arn = 'arn:aws:cloudfront::123456789012:distribution/E2QWRUHAPOMQZL';
  expect(readCdnOptions({ invalidate: arn, invalidatePrefix: '/' })).toEqual({ cdn: { ...cdn, prefix: '/' } });
});

it('its domain is refused, and a prefix without it', () => {
  expect(() => readCdnOptions({ invalidate: 'd111111abcdef8.cloudfront.net' })).toThrow(refused('and not its domain'));
  expect(() => readCdnOptions({ invalidatePrefix: '/vod' })).toThrow(refused('--invalidate'));
});
