import { describe, expect, test } from 'vitest';
import { liveAfterLook, playlistsToAsk, quietTimeLeft } from './live.ts';
import type { LiveFinding } from './live.ts';

const finding = (digest: string, targetDurationMs = 6000): LiveFinding => ({
  playlists: [],
  hasTokens: false,
  digest,
  targetDurationMs,
});

describe('a recording that is not over', () => {
  test('has been the same since it was first seen as it is', () => {
    const first = liveAfterLook(undefined, finding('a'), { now: 1000 });
    expect(first.sameSince).toBe(1000);
    const second = liveAfterLook(first, finding('a'), { now: 5000 });
    expect(second.sameSince).toBe(1000);
    expect(liveAfterLook(second, finding('b'), { now: 9000 }).sameSince).toBe(9000);
  });

  test('has been so since now where a clock that went ahead said otherwise', () => {
    const ahead = liveAfterLook(undefined, finding('a'), { now: 9000 });
    expect(liveAfterLook(ahead, finding('a'), { now: 5000 }).sameSince).toBe(5000);
  });

  test.each([
    ['after its target duration', 60_000, 30_000, 61_000],
    ['not more often than it may be', 6000, 30_000, 31_000],
  ])('is looked at again %s', (_, targetDurationMs, everyMs, at) => {
    expect(liveAfterLook(undefined, finding('a', targetDurationMs), { now: 1000, everyMs }).nextLookAt).toBe(at);
  });

  test('is left to the next run where nobody looks by himself', () => {
    expect(liveAfterLook(undefined, finding('a'), { now: 1000 })).not.toHaveProperty('nextLookAt');
  });

  test('has to stay the same for three target durations before it may be taken as over', () => {
    const live = liveAfterLook(undefined, finding('a'), { now: 1000 });
    expect([1000, 18_999, 19_000].map((now) => quietTimeLeft(live, now))).toEqual([18_000, 1, 0]);
  });
});

describe('its playlists at the next look', () => {
  const lastModified = 'Mon, 23 Nov 2026 12:00:00 GMT';
  const asked = (validators: object, secondsLater: number): object | undefined => {
    const playlists = [{ url: 'https://h/l.m3u8', validators, sha256: '' }];
    const now = Date.parse(lastModified) + secondsLater * 1000;
    return playlistsToAsk(liveAfterLook(undefined, { ...finding('a'), playlists }, { now }))[0]?.validators;
  };

  test.each([
    ['by their ETag', { etag: '"1"', lastModified }, 0, { etag: '"1"', lastModified }],
    ['by their date, where that was long ago', { lastModified }, 60, { lastModified }],
    ['without a condition, where their date was just then', { lastModified }, 59, {}],
    ['without a condition, where there is none', {}, 99, {}],
    ['without a condition, where their date is none', { lastModified: 'today' }, 1e9, {}],
  ])('are asked for %s', (_, validators, secondsLater, expected) => {
    expect(asked(validators, secondsLater)).toEqual(expected);
  });
});
