import { describe, expect, it } from 'vitest';
import { cachedSeconds, judgeDelivery, judgeMissing } from './delivery-rules.ts';
import type { DeliveryAnswers } from './delivery-rules.ts';

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'Range',
  'access-control-expose-headers': 'Content-Length, Content-Range',
};
const headers = {
  ...cors,
  'content-type': 'video/mp2t',
  'content-length': '2',
  'content-range': 'bytes 0-1/1000',
  'cache-control': 'public, max-age=31536000, immutable',
};
const segment: DeliveryAnswers = {
  url: 'https://cdn.example/a/0.ts',
  role: 'segment',
  hasRanges: false,
  get: { status: 206, headers },
  ranges: [{ from: 0, to: 1, status: 206, headers }],
  preflight: { status: 204, headers: cors },
  head: { status: 200, headers },
};
const codes = (change: Partial<DeliveryAnswers>) =>
  judgeDelivery({ ...segment, ...change }).map(({ code, level }) => `${code} ${level}`);
const without = (name: keyof typeof headers): DeliveryAnswers['get'] => {
  const { [name]: _, ...rest } = headers;
  return { status: 206, headers: rest };
};
const saying = (changed: Readonly<Record<string, string>>, status = 206): DeliveryAnswers['get'] => ({
  status,
  headers: { ...headers, ...changed },
});
const ranges = (changed: Readonly<Record<string, string>>, status = 206): Pick<DeliveryAnswers, 'ranges'> => ({
  ranges: [{ from: 0, to: 1, ...saying(changed, status) }],
});

describe('how a segment is delivered', () => {
  it('is right with all that players need', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ sizeBytes: 1000 })).toEqual([]);
    expect(codes(ranges({ 'content-range': 'bytes 0-1/*' }))).toEqual([]);
    expect(codes({ sizeBytes: 1, ...ranges({ 'content-range': 'bytes 0-0/1', 'content-length': '1' }) })).toEqual([]);
    expect(codes({ get: saying({ 'access-control-allow-origin': 'https://player.example' }) })).toEqual([]);
  });

  it.each<[string, Partial<DeliveryAnswers>, string]>([
    ['no CORS', { get: without('access-control-allow-origin') }, 'verify.cors warning'],
    ['another origin', { get: saying({ 'access-control-allow-origin': 'https://a.example' }) }, 'verify.cors warning'],
    ['no exposed headers', { get: without('access-control-expose-headers') }, 'verify.cors warning'],
    ['a refused preflight', { preflight: { status: 403, headers: {} } }, 'verify.cors warning'],
    [
      'a preflight without Range',
      { preflight: { status: 200, headers: { ...cors, 'access-control-allow-headers': 'X' } } },
      'verify.cors warning',
    ],
    ['no ranges', ranges({}, 200), 'verify.range warning'],
    ['no ranges where they are named', { ...ranges({}, 200), hasRanges: true }, 'verify.range fault'],
    ['refused ranges where they are named', { ...ranges({}, 403), hasRanges: true }, 'verify.range fault'],
    ['ranges of compressed bytes', ranges({ 'content-encoding': 'gzip' }), 'verify.range fault'],
    ['another range', ranges({ 'content-range': 'bytes 5-6/1000' }), 'verify.range fault'],
    ['another end', ranges({ 'content-range': 'bytes 0-999/1000', 'content-length': '1000' }), 'verify.range fault'],
    ['the whole as a range', ranges({ 'content-length': '1000' }), 'verify.range fault'],
    ['another size', { ...ranges({ 'content-range': 'bytes 0-1/2' }), sizeBytes: 1000 }, 'verify.range fault'],
    ['a range of no bytes that are named', ranges({ 'content-range': '' }), 'verify.range fault'],
    [
      'the first range for all',
      { ranges: [...segment.ranges, { from: 1, to: 2, status: 206, headers }] },
      'verify.range fault',
    ],
    ['a type of pages', { get: saying({ 'content-type': 'text/html' }) }, 'verify.type fault'],
    ['a refused HEAD', { head: { status: 405, headers: {} } }, 'verify.head warning'],
    ['no Cache-Control', { get: without('cache-control') }, 'verify.cache warning'],
    ['a short life', { get: saying({ 'cache-control': 'max-age=60' }) }, 'verify.cache warning'],
  ])('with %s is named', (_what, change, code) => {
    expect(codes(change)).toEqual([code]);
  });
});

describe('how a playlist is delivered', () => {
  const playlist = { url: 'https://cdn.example/a/master.m3u8', role: 'multivariant-playlist', ranges: [] } as const;
  const get = (changed: Readonly<Record<string, string>>) =>
    saying({ 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'max-age=60', ...changed }, 200);

  it('needs no ranges, and one of the types that players take', () => {
    expect(codes({ ...playlist, get: get({}) })).toEqual([]);
    expect(codes({ ...playlist, get: get({ 'content-type': 'audio/mpegurl; charset=utf-8' }) })).toEqual([]);
  });

  it('with another type, or kept for long, is named', () => {
    const untyped = { ...playlist, get: get({ 'content-type': 'text/plain' }) };
    expect(codes(untyped)).toEqual(['verify.type warning']);
    expect(codes({ ...untyped, url: 'https://cdn.example/a/manifest(x)' })).toEqual(['verify.type fault']);
    expect(codes({ ...playlist, get: get({ 'cache-control': 'max-age=31536000' }) })).toEqual(['verify.cache warning']);
  });
});

it('each finding has a header and a line for S3 or CloudFront', () => {
  for (const { header, mend } of judgeDelivery({ ...segment, ...ranges({}, 200), get: { status: 200, headers: {} } })) {
    expect(header).not.toBe('');
    expect(mend).toMatch(/S3|CloudFront/);
  }
});

it('an object that does not exist is to be an error that nobody keeps', () => {
  const judge = (status: number, cacheControl?: string) =>
    judgeMissing('https://cdn.example/x.ts', {
      status,
      headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
    }).map(({ code }) => code);
  expect(judge(404)).toEqual([]);
  expect(judge(403, 'max-age=10')).toEqual([]);
  expect(judge(404, 'public, max-age=86400')).toEqual(['verify.cache']);
  expect(judge(200)).toEqual(['verify.type']);
});

it.each([
  ['public, max-age=60', 60],
  ['max-age=60, s-maxage=5', 5],
  ['no-store', 0],
  ['public', undefined],
  [undefined, undefined],
])('a shared cache keeps "%s" for %s s', (value, seconds) => {
  expect(cachedSeconds(value)).toBe(seconds);
});
