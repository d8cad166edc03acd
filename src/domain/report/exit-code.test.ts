import { describe, expect, test } from 'vitest';
import { exitCodeOf } from './exit-code.ts';
import { failureWith } from '../failure.ts';
import type { VideoReport } from './copy.ts';

const video = (changes: Partial<VideoReport> = {}): VideoReport => ({
  id: 'v',
  playlistUrl: 'https://h/v.m3u8',
  state: 'published',
  files: { total: 2, done: 2, failed: 0, accepted: 0 },
  sizeBytes: 0,
  failures: [],
  external: [],
  warnings: [],
  ...changes,
});
const invalid = video({ state: 'invalid', files: { total: 0, done: 0, failed: 0, accepted: 0 } });
const live = video({ state: 'live', files: { total: 0, done: 0, failed: 0, accepted: 0 } });
const unplaced = video({ state: 'invalid', invalid: failureWith('store.conflict', 'a foreign playlist stands there') });
const halted = failureWith('store.denied', 'no right');
const external = [{ playlistUrl: 'https://h/v.m3u8', line: 1, tag: 'EXT-X-KEY', uri: 'skd://x', reason: 'licence' }];

describe('A run ends with', () => {
  test.each([
    [0, 'all whole', { videos: [video()], refused: 0, interrupted: false }],
    [0, 'nothing asked for', { videos: [], refused: 0, interrupted: false }],
    [1, 'no video readable', { videos: [invalid, invalid], refused: 0, interrupted: false }],
    [1, 'only refused rows', { videos: [], refused: 2, interrupted: false }],
    [1, 'halted before anything arrived', { videos: [invalid], refused: 0, interrupted: false, halted }],
    [2, 'halted later', { videos: [video()], refused: 0, interrupted: false, halted }],
    [2, 'one of two videos invalid', { videos: [video(), invalid], refused: 0, interrupted: false }],
    [2, 'an incomplete video', { videos: [video({ state: 'incomplete' })], refused: 0, interrupted: false }],
    [2, 'a video that its destination refused', { videos: [unplaced], refused: 0, interrupted: false }],
    [2, 'a refused row beside whole videos', { videos: [video()], refused: 1, interrupted: false }],
    [
      3,
      'an accepted failure',
      { videos: [video({ files: { total: 2, done: 1, failed: 1, accepted: 1 } })], refused: 0, interrupted: false },
    ],
    [3, 'something left outside', { videos: [video({ external })], refused: 0, interrupted: false }],
    [
      3,
      'recordings that are not over beside whole videos',
      { videos: [video(), live], refused: 0, interrupted: false },
    ],
    [3, 'nothing but recordings that are not over', { videos: [live], refused: 0, interrupted: false }],
    [
      2,
      'a recording that is not over beside an invalid video',
      { videos: [live, invalid], refused: 0, interrupted: false },
    ],
    [3, 'a warning', { videos: [video({ warnings: ['odd'] })], refused: 0, interrupted: false }],
    [130, 'an interruption, whatever else', { videos: [invalid], refused: 1, interrupted: true, halted }],
  ] as const)('%i: %s', (code, _what, end) => {
    expect(exitCodeOf(end)).toBe(code);
  });
});
