import { describe, expect, it } from 'vitest';
import { bucketObjectOf, bucketText, bucketUrlOf } from './bucket-url.ts';

describe('the address of an object in a bucket', () => {
  it.each([
    ['s3://media/vod/1/master.m3u8', 's3://media/vod/1/master.m3u8'],
    ['s3://media/a b.m3u8', 's3://media/a%20b.m3u8'],
    ['s3://media/a%20b.m3u8', 's3://media/a%2520b.m3u8'],
    ['s3://media/a?b#c+d&e=.m3u8', 's3://media/a%3Fb%23c%2Bd%26e%3D.m3u8'],
    ['s3://media//a//b.m3u8', 's3://media//a//b.m3u8'],
    ['s3://Media_old/ü\\x.m3u8', 's3://Media_old/%C3%BC%5Cx.m3u8'],
    ['s3://media/...m3u8', 's3://media/...m3u8'],
  ])('%s is written for people, and goes both ways', (text, href) => {
    const url = bucketUrlOf(text);
    expect(url?.href).toBe(href);
    const object = url && bucketObjectOf(url);
    expect(object && bucketText(object)).toBe(text);
  });

  it.each([
    's3://media',
    's3://media/',
    's3://media/folder/',
    's3:///key.m3u8',
    's3://m/key.m3u8',
    's3://user@media/key.m3u8',
    's3://media:9000/key.m3u8',
    's3://media/a/../b.m3u8',
    's3://media/./b.m3u8',
    's3://media/a/..',
    'https://media/b.m3u8',
  ])('%s is none', (text) => expect(bucketUrlOf(text)).toBeUndefined());

  it.each([
    's3://media/a%2F..%2Fb.ts',
    's3://media/%2E%2E%2Fother/b.ts',
    's3://media/%FF.ts',
    's3://media',
    's3://media/',
  ])('%s of a playlist names no object', (url) => expect(bucketObjectOf(new URL(url))).toBeUndefined());

  it('has no query', () => {
    expect(bucketObjectOf(new URL('s3://media/a.ts?token=1#t'))).toEqual({ bucket: 'media', key: 'a.ts' });
  });
});
