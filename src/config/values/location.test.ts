import { describe, expect, it } from 'vitest';
import { parseDestination, parseSource, parseVerifyTarget, withoutSecrets } from './location.ts';

describe('a destination', () => {
  it.each([
    ['s3://media/vod', { kind: 's3', bucket: 'media', prefix: 'vod', name: 's3://media/vod' }],
    ['s3://media/vod/2024/', { kind: 's3', bucket: 'media', prefix: 'vod/2024', name: 's3://media/vod/2024' }],
    ['S3://media', { kind: 's3', bucket: 'media', prefix: '', name: 's3://media' }],
    ['s3://media/a b/%20', { kind: 's3', bucket: 'media', prefix: 'a b/%20', name: 's3://media/a b/%20' }],
    ['out', { kind: 'folder', path: '/home/me/out', name: '/home/me/out' }],
    ['./s3:out', { kind: 'folder', path: '/home/me/s3:out', name: '/home/me/s3:out' }],
    ['a:out', { kind: 'folder', path: '/home/me/a:out', name: '/home/me/a:out' }],
    ['/srv/out/', { kind: 'folder', path: '/srv/out', name: '/srv/out' }],
    ['file:///srv/o%20t', { kind: 'folder', path: '/srv/o t', name: '/srv/o t' }],
  ])('%s is read', (text, expected) => {
    expect(parseDestination(text, '/home/me')).toEqual(expected);
  });

  it.each([
    ['s3://', 'names no bucket'],
    ['s3:///vod', 'names no bucket'],
    ['s3://b@d/vod', 'cannot be a bucket'],
    ['s3://media/../vod', 'dot segment'],
    ['https://store.example/bucket', '--endpoint'],
    ['gs://media/vod', 'begins with gs://'],
    ['s3:/media/vod', 'expected s3://bucket/prefix; a folder of that name is ./s3:/media/vod'],
    ['s3:media/vod', 'looks like a remote'],
    ['minio:media/vod', 'looks like a remote'],
    ['master.m3u8', 'name of a playlist'],
    ['s3://media/master.m3u8', 'name of a playlist'],
    ['videos.json', 'name of a playlist or catalogue'],
    ['', 'is empty'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseDestination(text, '/home/me')).toThrow(reason);
  });
});

describe('a source', () => {
  it.each([
    ['https://cdn.example/a.m3u8?token=1', { kind: 'playlist', url: 'https://cdn.example/a.m3u8?token=1' }],
    ['HTTP://cdn.example/play', { kind: 'playlist', url: 'http://cdn.example/play' }],
    ['a b/master.m3u8', { kind: 'playlist', url: 'file:///home/me/a%20b/master.m3u8' }],
    ['file:///v/master.m3u8', { kind: 'playlist', url: 'file:///v/master.m3u8' }],
    ['s3://media/a b%20/m.m3u8', { kind: 'playlist', url: 's3://media/a%20b%2520/m.m3u8' }],
    ['S3://media/played', { kind: 'playlist', url: 's3://media/played' }],
    ['videos.ndjson', { kind: 'catalogue', path: '/home/me/videos.ndjson' }],
    ['/v/videos.JSON', { kind: 'catalogue', path: '/v/videos.JSON' }],
  ])('%s is read', (text, expected) => {
    expect(parseSource(text, '/home/me')).toEqual(expected);
  });

  it.each([
    ['https://', 'not a valid URL'],
    ['https://api.example/videos.json', 'download it first'],
    ['s3://media/videos.csv', 'download it first'],
    ['s3://media/', 'names no playlist'],
    ['s3://media/a/../b.m3u8', 'dot segments'],
    ['s3:///a.m3u8', 'names no bucket'],
    ['ftp://host/a.m3u8', 'begins with ftp://'],
    ['minio:media/a.m3u8', 'a file of that name is ./minio:media/a.m3u8'],
    ['file://host/a.m3u8', 'not a valid file URL'],
    [' ', 'is empty'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseSource(text, '/home/me')).toThrow(reason);
  });
});

describe('a playlist to verify', () => {
  it.each([
    ['s3://media/vod/a.m3u8', { kind: 's3', bucket: 'media', key: 'vod/a.m3u8', name: 's3://media/vod/a.m3u8' }],
    [
      'https://u:p@cdn.example/a.m3u8?sig=1',
      { kind: 'http', url: 'https://u:p@cdn.example/a.m3u8?sig=1', name: 'https://…@cdn.example/a.m3u8?…' },
    ],
    ['out/a.m3u8', { kind: 'file', path: '/home/me/out/a.m3u8', name: '/home/me/out/a.m3u8' }],
  ])('%s is read', (text, expected) => {
    expect(parseVerifyTarget(text, '/home/me')).toEqual(expected);
  });

  it.each([
    ['s3://media', 'names no playlist'],
    ['s3://media/vod/', 'names no playlist'],
    ['gs://media/a.m3u8', 'begins with gs://'],
    ['s3:media/a.m3u8', 'looks like a remote'],
    ['http://', 'not a valid URL'],
  ])('%j is refused: %s', (text, reason) => {
    expect(() => parseVerifyTarget(text, '/home/me')).toThrow(reason);
  });
});

it('shows no user and no query of a URL', () => {
  expect(withoutSecrets('https://me:secret@cdn.example/a.m3u8?token=secret#x')).toBe('https://…@cdn.example/a.m3u8?…');
  expect(withoutSecrets('master.m3u8')).toBe('master.m3u8');
});

it.each([
  ['redis://me:hush@redis.example:6379/2', 'redis://…@redis.example:6379/2'],
  ['unix:///run/redis.sock', 'unix:///run/redis.sock'],
  ['mongodb://me:hush@a:1,b:2/media?authSource=admin', 'mongodb://…@a:1,b:2/media?…'],
  ['mongodb+srv://me:h@/?ush@c.example/media', 'mongodb+srv://…@c.example/media'],
  ['s3://media/a@b', 's3://media/a@b'],
])('shows no user and no query of %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown);
});
