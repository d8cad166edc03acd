import { describe, expect, it } from 'vitest';
import { budgetAlert, haltAlert, lateAlerts, libraryAlerts, videoAlert, scanAlert, updateWatchState } from './alert.ts';
import type { AlertLimits, LibrarySnapshot, WatchState } from './alert.ts';
import { failureWith } from '../failure.ts';
import { emptyTotals } from './totals.ts';
import { minute } from '../units.ts';
import { videoStates } from '../video.ts';
import type { VideoState } from '../video.ts';

const now = Date.parse('2026-11-01T12:00:00Z');
const limits: AlertLimits = {
  freshLateMs: 10 * minute,
  stalledMs: 10 * minute,
  failureShare: 0.1,
  minFilesForShare: 20,
};
const failure = failureWith('source.not-found', 'no such file');

const resting = (
  state: VideoState,
  files: Partial<LibrarySnapshot['files']> = {},
): Parameters<typeof videoAlert>[0] => ({
  id: 'a',
  title: 'Class A',
  state,
  files: { total: 10, done: 10, failed: 0, accepted: 0, ...files },
  failures: [],
});

describe('the alert about a video at rest', () => {
  it('tells that it is complete, and where it is', () => {
    expect(videoAlert(resting('published'), 'g published', now, 'https://play.example/a.m3u8')).toEqual({
      format: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      type: 'complete',
      at: '2026-11-01T12:00:00.000Z',
      message: 'a is published: 10 of 10 files',
      video: {
        id: 'a',
        title: 'Class A',
        state: 'published',
        files: { total: 10, done: 10, failed: 0, accepted: 0 },
        destinationUrl: 'https://play.example/a.m3u8',
      },
    });
  });

  it('tells what it went out without', () => {
    const alert = videoAlert(resting('published', { done: 8, failed: 2, accepted: 2 }), 'g published', now);
    expect(alert?.message).toBe('a is published: 8 of 10 files, without 2 that were accepted as missing');
  });

  it('tells why it is incomplete, by a failure that nobody accepted', () => {
    const failures = [
      { key: 'x', url: '', failure: failureWith('source.gone', 'gone'), tries: 1, acceptedBecause: 'known' },
      { key: 'y', url: '', failure, tries: 3 },
    ];
    const report = { ...resting('incomplete', { done: 8, failed: 2, accepted: 1 }), failures };
    expect(videoAlert(report, 'g incomplete', now)).toMatchObject({
      type: 'incomplete',
      message: 'a is incomplete: 1 of 10 files failed, one of them: no such file',
      failure,
    });
  });

  it('tells why no plan could be made of it', () => {
    const report = { ...resting('invalid'), invalid: failure };
    expect(videoAlert(report, 'g invalid', now)).toMatchObject({ type: 'incomplete', failure });
  });

  it.each(videoStates.filter((state) => !['published', 'incomplete', 'invalid'].includes(state)))(
    'is not made while it is %s',
    (state) => {
      expect(videoAlert(resting(state), 'g', now)).toBeUndefined();
    },
  );

  it('is the same for the same situation, and another for the next', () => {
    const idOf = (situation: string, at = now): string | undefined =>
      videoAlert(resting('published'), situation, at)?.id;
    expect(idOf('g published')).toBe(idOf('g published', now + minute));
    expect(idOf('g published')).not.toBe(idOf('h published'));
    expect(videoAlert({ ...resting('published'), id: 'b' }, 'g published', now)?.id).not.toBe(idOf('g published'));
  });
});

describe('the alert about a fresh video', () => {
  const files = { total: 10, done: 4, failed: 0, accepted: 0 };
  const late = (state: VideoState, since: number): readonly string[] =>
    lateAlerts([{ id: 'a', state, files, since }], now, limits).map(({ message }) => message);

  it('is made when it is late', () => {
    expect(late('copying', now - 25 * minute)).toEqual(['a is copying after 25 minutes, 4 of 10 files done']);
    expect(late('copying', now - 10 * minute)).toEqual([]);
  });

  it.each(videoStates)('that is %s is made only while it is under way', (state) => {
    expect(late(state, 0)).toHaveLength(['waiting', 'copying', 'publishing'].includes(state) ? 1 : 0);
  });

  it('is the same until it is recorded anew', () => {
    const idAt = (since: number, at: number): string | undefined =>
      lateAlerts([{ id: 'a', state: 'copying', files, since }], at, limits)[0]?.id;
    expect(idAt(0, now)).toBe(idAt(0, now + minute));
    expect(idAt(0, now)).not.toBe(idAt(1, now));
  });
});

/** What is told in a series of looks, one a minute. */
function toldOf(looks: readonly LibrarySnapshot[]): readonly (readonly string[])[] {
  let before: WatchState | undefined;
  const ids = new Set<string>();
  return looks.map((snapshot, index) => {
    const at = now + index * minute;
    before = updateWatchState(before, snapshot, at, limits);
    const alerts = libraryAlerts(before, snapshot, at, limits).filter(({ id }) => !ids.has(id));
    for (const { id } of alerts) ids.add(id);
    return alerts.map(({ type, message }) => `${type}: ${message}`);
  });
}

function library(done: number, failed = 0, accepted = 0, copying = 1): LibrarySnapshot {
  return {
    videos: { ...emptyTotals().videos, copying },
    files: { total: 1_000, done, failed, accepted },
  };
}

const repeat = (times: number, snapshot: LibrarySnapshot): readonly LibrarySnapshot[] =>
  Array.from({ length: times }, () => snapshot);

describe('the alert about a standstill', () => {
  it('is told once, after the time given', () => {
    const told = toldOf(repeat(30, library(5)));
    expect(told[9]).toEqual([]);
    expect(told[10]).toEqual(['stalled: nothing has moved for 10 minutes, with 1 video under way']);
    expect(told.slice(11).flat()).toEqual([]);
  });

  it('is told again when another one follows', () => {
    expect(toldOf([...repeat(12, library(5)), ...repeat(12, library(6))]).flat()).toHaveLength(2);
  });

  it('is not told where nothing is under way', () => {
    expect(toldOf(repeat(30, library(5, 0, 0, 0))).flat()).toEqual([]);
  });

  it('counts from when there is work again', () => {
    const told = toldOf([...repeat(30, library(5, 0, 0, 0)), ...repeat(10, library(5))]);
    expect(told.flat()).toEqual([]);
  });
});

describe('the alert about the share of failures', () => {
  it('is told once, with the share', () => {
    const told = toldOf([library(90, 5), library(90, 10), library(90, 11), library(92, 12)]);
    expect(told).toEqual([[], [], ['failure-share: 10.9 % of the files fail: 11 of 101'], []]);
  });

  it('says nothing of a few files', () => {
    expect(toldOf([library(1, 18)]).flat()).toEqual([]);
    expect(toldOf([library(1, 19)]).flat()).toHaveLength(1);
  });

  it('leaves out what was accepted', () => {
    expect(toldOf([library(50, 50, 50)]).flat()).toEqual([]);
  });

  it('is not told again while the share swings about the limit, but after it was well below', () => {
    const [above, below, wellBelow] = [library(80, 20), library(92, 8), library(980, 20)];
    expect(toldOf([above, below, above, below, above]).flat()).toHaveLength(1);
    expect(toldOf([above, wellBelow, above]).flat()).toHaveLength(2);
  });
});

describe('alerts about parts of the cluster', () => {
  it('name the catalogue that cannot be read, once for each time that this begins', () => {
    const alert = scanAlert('mongodb://db.example/vod', failure, 1, now);
    expect(alert).toMatchObject({
      type: 'scan-failed',
      message: 'the catalogue mongodb://db.example/vod cannot be used: no such file',
      failure,
    });
    expect(scanAlert('mongodb://db.example/vod', failure, 1, now + minute).id).toBe(alert.id);
    expect(scanAlert('mongodb://db.example/vod', failure, 2, now).id).not.toBe(alert.id);
  });

  it('name the part that cannot go on', () => {
    const alert = haltAlert('transfer', failureWith('store.denied', 'access denied'), 1, now);
    expect(alert).toMatchObject({ type: 'halted', message: 'the transfer cannot continue: access denied' });
  });

  it('tell once for each budget that it is spent', () => {
    const report = { budget: { bytes: 10 }, spent: { files: 1, bytes: 12, dollars: 0.5 }, pricesAt: '2026-11-29' };
    expect(budgetAlert(report, now)).toBeUndefined();
    const alert = budgetAlert({ ...report, reached: 'bytes' }, now);
    expect(alert?.message).toBe(
      'the budget is spent (bytes), after 1 file, 12 bytes and $0.50: no new work starts until it is raised',
    );
    expect(budgetAlert({ ...report, reached: 'bytes', spent: { ...report.spent, bytes: 13 } }, now)?.id).toBe(
      alert?.id,
    );
    expect(budgetAlert({ ...report, reached: 'bytes', budget: { bytes: 11 } }, now)?.id).not.toBe(alert?.id);
  });
});
