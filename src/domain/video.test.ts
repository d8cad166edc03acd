import { expect, test } from 'vitest';
import { failureWith } from './failure.ts';
import { isSettled, isWhole, stateOf } from './video.ts';
import type { VideoRecord, VideoState } from './video.ts';

const uncrawled: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0 };
const planned: VideoRecord = { ...uncrawled, revision: 'r', total: 4 };
const invalid = failureWith('hls.empty', 'no segments');
const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };

const table: readonly (readonly [facts: string, record: VideoRecord, state: VideoState])[] = [
  ['nobody has crawled it', uncrawled, 'waiting'],
  ['no plan can be made of it', { ...uncrawled, invalid }, 'invalid'],
  ['a later crawl found no plan', { ...planned, done: 4, published: 'r', invalid }, 'invalid'],
  ['its recording is not over', { ...uncrawled, live }, 'live'],
  ['a later crawl found that it goes on', { ...planned, done: 4, published: 'r', live }, 'live'],
  ['a person paused it while it was live', { ...uncrawled, hold: 'paused', live }, 'paused'],
  ['a person paused it', { ...planned, hold: 'paused' }, 'paused'],
  ['a person cancelled it, invalid or not', { ...uncrawled, hold: 'cancelled', invalid }, 'cancelled'],
  ['files are open', { ...planned, done: 3 }, 'copying'],
  ['files are open behind a failure', { ...planned, done: 2, failed: 1 }, 'copying'],
  ['files are open behind an older publication', { ...planned, done: 3, published: 'older' }, 'copying'],
  ['every file is there', { ...planned, done: 4 }, 'publishing'],
  ['every file is there, with an older publication', { ...planned, done: 4, published: 'older' }, 'publishing'],
  ['every file is there or accepted', { ...planned, done: 3, failed: 1, accepted: 1 }, 'publishing'],
  ['it is published', { ...planned, done: 4, published: 'r' }, 'published'],
  [
    'it is published without what was accepted',
    { ...planned, done: 3, failed: 1, accepted: 1, published: 'r' },
    'published',
  ],
  ['a file failed', { ...planned, done: 3, failed: 1 }, 'incomplete'],
  ['its plan has no files', { ...planned, total: 0 }, 'publishing'],
];

test.each(table)('%s', (_, record, state) => {
  expect(stateOf(record)).toBe(state);
});

test('a video without a plan is neither settled nor whole, though it has no open files', () => {
  expect(isSettled(uncrawled)).toBe(false);
  expect(isWhole(uncrawled)).toBe(false);
});
