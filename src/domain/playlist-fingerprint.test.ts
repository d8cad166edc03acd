import { expect, test } from 'vitest';
import { playlistFingerprint } from './playlist-fingerprint.ts';

const markOf = (playlistUrl: string): string => playlistFingerprint({ playlistUrl });

test('tells playlists apart, and no tokens', () => {
  const mark = markOf('https://h/a.m3u8?v=1');
  expect(mark).toMatch(/^[\w-]{16}$/);
  expect(markOf('https://h/a.m3u8?token=t&v=1#t=10')).toBe(mark);
  for (const other of ['https://h/a.m3u8', 'http://h/a.m3u8?v=1', 'https://h/b.m3u8?v=1'])
    expect(markOf(other)).not.toBe(mark);
});
