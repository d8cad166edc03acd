import { describe, expect, it } from 'vitest';
import { bucketOfPlan, bucketOfSubmission, withOwnBucket } from './own-bucket.ts';
import type { FetchOptions, Source } from './source.ts';

const { signal } = new AbortController();
const playlist = (url: string) => ({ url, validators: {}, sha256: '' });

describe('the bucket of a video', () => {
  it('is that of the playlist that a catalogue lists', () => {
    expect(bucketOfSubmission({ id: 'v', playlistUrl: 's3://media/a%20b/main.m3u8' })).toBe('media');
    expect(bucketOfSubmission({ id: 'v', playlistUrl: 'https://media/main.m3u8' })).toBeUndefined();
    expect(bucketOfSubmission({ id: 'v', playlistUrl: 'file:///media/main.m3u8' })).toBeUndefined();
  });

  it('is not named by a submission', () => {
    expect(bucketOfSubmission({ id: 'v', playlistUrl: 's3://media/main.m3u8', by: 'person' })).toBeUndefined();
  });

  it('of a plan is that of the playlist that was read first', () => {
    const playlists = [playlist('s3://other/low.m3u8'), playlist('s3://media/main.m3u8')];
    expect(bucketOfPlan({ playlists })).toBe('media');
    expect(bucketOfPlan({ playlists: playlists.toReversed() })).toBe('other');
    expect(bucketOfPlan({ playlists: [] })).toBeUndefined();
    expect(bucketOfPlan(undefined)).toBeUndefined();
  });
});

it('what reads for a video asks with its bucket, in sessions too', async () => {
  const asked: FetchOptions[] = [];
  const fetch: Source['fetch'] = (_, options) => {
    asked.push(options);
    return Promise.resolve({ result: 'not-modified' });
  };
  const source: Source = {
    fetch,
    sizeOf: () => Promise.resolve(undefined),
    openSession: () => ({ fetch, cookieFor: () => 'cookie' }),
    close: () => Promise.resolve(),
  };
  expect(withOwnBucket(source, undefined)).toBe(source);
  const own = withOwnBucket(source, 'media');
  await own.fetch('s3://media/a', { kind: 'text', signal });
  const session = own.openSession?.();
  await session?.fetch('s3://media/b', { kind: 'media', signal });
  expect(asked.map(({ ownBucket }) => ownBucket)).toEqual(['media', 'media']);
  expect(session?.cookieFor('s3://media/b')).toBe('cookie');
});
