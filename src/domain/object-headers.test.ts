import { expect, test } from 'vitest';
import { headersOf, treatmentOf } from './object-headers.ts';
import type { HeaderPolicy } from './object-headers.ts';
import type { DocumentRole, FileRole } from './revision.ts';

const playlist = 'application/vnd.apple.mpegurl';

test.each<[string, FileRole | DocumentRole, string]>([
  ['v/seg.ts', 'segment', 'video/mp2t'],
  ['v/SEG.TS', 'segment', 'video/mp2t'],
  ['v/seg~1f2e3d4c.m4s', 'segment', 'video/iso.segment'],
  ['v/init.mp4', 'initialization-section', 'video/mp4'],
  ['v/subtitles.vtt', 'segment', 'text/vtt'],
  ['v/poster.jpeg', 'image', 'image/jpeg'],
  ['v/master.m3u8', 'multivariant-playlist', playlist],
  ['v/media.php', 'media-playlist', playlist],
  ['v/chapters.json', 'data', 'application/json'],
  ['v/chapters', 'data', 'application/json'],
  ['v/segment', 'segment', 'application/octet-stream'],
  ['v.1/segment', 'segment', 'application/octet-stream'],
  ['v/key.ts', 'key', 'application/octet-stream'],
  ['v/seg.constructor', 'segment', 'application/octet-stream'],
])('%s as %s is %s', (key, role, contentType) => {
  expect(headersOf(key, role).contentType).toBe(contentType);
});

test('files are kept for ever, playlists and documents are asked for again soon', () => {
  for (const role of ['segment', 'initialization-section', 'key', 'image'] as const) {
    expect(headersOf('x.mp4', role).cacheControl).toContain('immutable');
  }
  for (const role of ['data', 'media-playlist', 'multivariant-playlist'] as const) {
    expect(headersOf('x.json', role).cacheControl).toBe('public, max-age=60');
  }
});

test('a policy is asked from the role to the widest rule, and else all is as usual', () => {
  const policy: HeaderPolicy = {
    contentTypes: { ts: 'video/MP2T', constructor: 'text/x' },
    all: { storageClass: 'INTELLIGENT_TIERING', tags: { library: 'school' } },
    playlists: { cacheControl: 'max-age=5', storageClass: 'STANDARD' },
    'media-playlist': { cacheControl: 'max-age=2' },
    key: { cacheControl: 'private, max-age=60', encryption: { algorithm: 'aws:kms', keyId: 'k' } },
  };
  const tags = { library: 'school' };
  expect(headersOf('v/seg.ts', 'segment', policy)).toEqual({
    contentType: 'video/MP2T',
    cacheControl: 'public, max-age=31536000, immutable',
    storageClass: 'INTELLIGENT_TIERING',
    tags,
  });
  const standard = { contentType: playlist, storageClass: 'STANDARD', tags };
  expect(headersOf('v/a.m3u8', 'media-playlist', policy)).toEqual({ ...standard, cacheControl: 'max-age=2' });
  expect(headersOf('v/m.m3u8', 'multivariant-playlist', policy)).toEqual({ ...standard, cacheControl: 'max-age=5' });
  expect(treatmentOf('key', policy)).toEqual({
    storageClass: 'INTELLIGENT_TIERING',
    encryption: { algorithm: 'aws:kms', keyId: 'k' },
    tags,
  });
  expect(headersOf('v/k.ts', 'key', { segment: { cacheControl: 'no-store' } })).toEqual(headersOf('v/k.ts', 'key'));
});
