import { describe, expect, test } from 'vitest';
import { failureWith } from './failure.ts';
import type { FailureCode } from './failure.ts';
import { isLookDue, nextLookAt, planLook } from './next-look.ts';
import type { VideoRecord } from './video.ts';

const incomplete: VideoRecord = { generation: 'g', revision: 'r', total: 3, done: 2, failed: 1, accepted: 0 };
const playlistUrl = 'https://h/index.m3u8';
const neverReturned = () => false;
const options = { longestMs: 3_600_000, now: 1_000_000, random: () => 1 };
const failed = (code: FailureCode, acceptedBecause?: string) => ({
  key: 'k',
  url: 'https://h/k',
  failure: failureWith(code, 'no'),
  tries: 3,
  ...(acceptedBecause === undefined ? {} : { acceptedBecause }),
});

describe('a video that failed', () => {
  test('is looked at again at a distance that doubles, up to the longest', () => {
    const report = { failures: [failed('source.status')], playlistUrl };
    const distances: number[] = [];
    let known: Pick<VideoRecord, 'nextLook'> = {};
    for (let look = 1; look <= 9; look++) {
      const nextLook = planLook({ ...incomplete, ...known }, report, options);
      if (!nextLook) throw new Error('none was planned');
      expect(nextLook.count).toBe(look);
      distances.push((nextLook.at - options.now) / 1000);
      known = { nextLook };
    }
    expect(distances).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    expect(planLook(incomplete, report, { ...options, random: () => 0 })?.at).toBe(options.now + 15_000);
  });

  test.each([
    ['source.not-found', true],
    ['source.wrong-body', true],
    ['store.status', true],
    ['store.conflict', false],
    ['key.conflict', false],
  ] as const)('by %s is looked at again: %s', (code, again) => {
    const plan = planLook(incomplete, { failures: [failed(code)], playlistUrl }, options);
    expect(plan !== undefined).toBe(again);
  });

  test.each([
    ['hls.live', true],
    ['source.unreachable', true],
    ['source.host-unknown', true],
    ['source.tls', true],
    ['source.redirects', true],
    ['hls.empty', true],
    ['source.refused', false],
    ['hls.not-a-playlist', true],
    ['hls.dash', false],
    ['catalogue.row', false],
  ] as const)('as a whole by %s is looked at again: %s', (code, again) => {
    const invalid = failureWith(code, 'no');
    const record: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0, invalid };
    expect(planLook(record, { failures: [], invalid, playlistUrl }, options) !== undefined).toBe(again);
  });

  test('is not, where it has not failed, is on hold, or all its failures were accepted', () => {
    const report = { failures: [failed('source.status')], playlistUrl };
    expect(planLook({ ...incomplete, hold: 'paused' }, report, options)).toBeUndefined();
    expect(planLook({ ...incomplete, done: 3, failed: 0 }, report, options)).toBeUndefined();
    expect(planLook(incomplete, { failures: [failed('source.status', 'lost')], playlistUrl }, options)).toBeUndefined();
  });
});

test.each([
  ['source.unreachable', 'https://cdn.example:8443'],
  ['source.host-unknown', 'https://cdn.example:8443'],
  ['store.unreachable', 'the destination'],
  ['source.not-found', undefined],
  ['source.status', undefined],
] as const)('a video that failed by %s waits for %s', (code, place) => {
  const failures = [{ ...failed(code), url: 'https://name:secret@cdn.example:8443/k?token=secret' }];
  const others = [failed('source.not-found'), failed('source.timeout', 'lost')];
  const plan = planLook(incomplete, { failures: [...others, ...failures], playlistUrl }, options);
  expect(plan?.waitsFor).toBe(place);
});

describe('a look', () => {
  const planned: VideoRecord = { ...incomplete, announced: 'incomplete g', nextLook: { count: 1, at: 50 } };

  test('is due once its time has come', () => {
    expect([49, 50, 51].map((now) => isLookDue(planned, now, neverReturned))).toEqual([false, true, true]);
  });

  test('or once what the video waits for has returned', () => {
    const waiting = { ...planned, nextLook: { count: 1, at: 50, waitsFor: 'https://h' } };
    const isDue = (record: VideoRecord, ...returned: readonly string[]): boolean =>
      isLookDue(record, 49, (place) => returned.includes(place));
    expect([isDue(waiting), isDue(waiting, 'https://other'), isDue(waiting, 'https://h')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(isDue({ ...waiting, announced: 'incomplete f' }, 'https://h')).toBe(false);
    expect(isDue({ ...waiting, hold: 'paused' }, 'https://h')).toBe(false);
  });

  test('at a recording that is not over is due by its own time, announced or not', () => {
    const live = {
      playlists: [],
      hasTokens: false,
      digest: 'd',
      targetDurationMs: 6000,
      lookedAt: 0,
      sameSince: 0,
      nextLookAt: 70,
    };
    const record: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0, live };
    expect([nextLookAt(record), isLookDue(record, 69, neverReturned), isLookDue(record, 70, neverReturned)]).toEqual([
      70,
      false,
      true,
    ]);
    expect(nextLookAt({ ...record, hold: 'paused' })).toBeUndefined();
    expect(planLook(record, { failures: [], playlistUrl }, options)).toBeUndefined();
  });

  test.each([
    ['of an earlier failure', { ...planned, generation: 'later' }],
    ['of a video that is under way', { ...planned, failed: 0 }],
    ['of a paused video', { ...planned, hold: 'paused' as const }],
    ['that was not planned', { ...incomplete, announced: 'incomplete g' }],
  ])('%s is not', (_, record) => {
    expect(isLookDue(record, 99, neverReturned)).toBe(false);
  });
});
