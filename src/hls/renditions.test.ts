import { expect, it } from 'vitest';
import type { PlannedDocument } from '../domain/revision.ts';
import { renditionsOf } from './renditions.ts';

const document = (key: string, role: PlannedDocument['role'], lines: readonly string[]): PlannedDocument => ({
  key,
  url: `https://cdn.example/${key}`,
  role,
  body: Buffer.from(lines.join('\n')),
});

const documents = [
  document('a/lo/index.m3u8', 'media-playlist', [
    '#EXTM3U',
    '#EXT-X-KEY:METHOD=AES-128,URI="../k%201.key"',
    '#EXT-X-MAP:URI="init.mp4"',
    '#EXTINF:4,',
    's0.m4s',
    '#EXTINF:4,',
    's1.m4s',
    '#EXTINF:4,',
    'https://ads.example/s2.m4s',
  ]),
  document('a/en/index.m3u8', 'media-playlist', ['#EXTM3U', '#EXTINF:4,', '../shared.aac']),
  document('a/alone.m3u8', 'media-playlist', ['#EXTM3U', '#EXTINF:4,', 'shared.aac']),
  document('a/master.m3u8', 'multivariant-playlist', [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",URI="en/index.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=2400000,RESOLUTION=1280x720,AUDIO="a"',
    'lo/index.m3u8',
  ]),
];

it('names each media playlist as the multivariant playlist does, with the files that it names', () => {
  const keys = ['a/lo/init.mp4', 'a/lo/s0.m4s', 'a/lo/s1.m4s', 'a/shared.aac', 'a/k 1.key'];
  expect(renditionsOf(documents, keys)).toEqual([
    {
      key: 'a/lo/index.m3u8',
      name: '1280x720, 2.4 Mbit/s',
      kind: 'video',
      files: [
        [0, 3],
        [4, 5],
      ],
    },
    { key: 'a/en/index.m3u8', name: 'audio: English', kind: 'audio', files: [[3, 4]] },
    { key: 'a/alone.m3u8', name: 'alone.m3u8', kind: 'other', files: [[3, 4]] },
  ]);
});
