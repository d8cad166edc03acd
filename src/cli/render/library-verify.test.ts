import { expect, it } from 'vitest';
import { renderLibraryVerify } from './library-verify.ts';

it('names what leads out of a library that is whole', () => {
  const outside = [
    { playlistUrl: 's3://media/vod/a.m3u8', line: 3, tag: 'EXT-X-KEY', uri: 'skd://key1', reason: 'a licence' },
  ];
  const report = {
    format: 1,
    destination: 's3://media/vod',
    videos: 2,
    whole: 2,
    playlists: 2,
    objects: 3,
    sizeBytes: 2048,
    checkedChecksums: 0,
    problems: 0,
    external: 1,
    outside,
    notWhole: [],
    accepted: [],
    delivery: [],
    doubtful: { count: 0, keys: [] },
    extra: { count: 0, sizeBytes: 0, keys: [] },
    refusedRows: [],
  } as const;
  expect(renderLibraryVerify(report, {})).toBe(
    'Points outside the copy:\n  skd://key1: a licence (s3://media/vod/a.m3u8 line 3)\ns3://media/vod: 2 of 2 whole, 1 URI outside the copy\n2 playlists, 3 objects, 2.00 KiB\n',
  );
});
