import { afterEach, expect, it, vi } from 'vitest';
import type { BudgetReport } from '../domain/cost/budget.ts';
import type { Alert } from '../domain/report/alert.ts';
import type { VideoRecord } from '../domain/video.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { createAlertWatch } from './alert-watch.ts';
import type { AlertWatch } from './alert-watch.ts';

const limits = { freshLateMs: -60_000, stalledMs: 1e9, failureShare: 1 };
const waiting: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0, fresh: true };
const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };

afterEach(() => vi.restoreAllMocks());

async function sentBy(watch: AlertWatch, budget?: BudgetReport): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  await watch.endPass(async (alert) => void alerts.push(alert), budget);
  return alerts;
}

it('A recording is late only some time after it has ended', async () => {
  const counts: Record<string, number>[] = [];
  const metrics = { videos: (videos: Record<string, number>) => void counts.push(videos) };
  const watch = createAlertWatch({ journal: new MemoryJournal() }, limits, metrics);
  const pass = async (record: VideoRecord): Promise<readonly string[]> => {
    watch.beginPass();
    watch.observe('class', record);
    return (await sentBy(watch)).map(({ type }) => type);
  };
  expect(await pass({ ...waiting, live })).toEqual([]);
  expect(await pass({ ...waiting, live })).toEqual([]);
  expect(counts[0]).toMatchObject({ live: 1, waiting: 0, invalid: 0 });
  expect(await pass(waiting)).toEqual(['fresh-late']);
});

it('A library may stand still once its budget is spent, and not after it was raised', async () => {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  const watch = createAlertWatch(
    { journal: new MemoryJournal() },
    { ...limits, freshLateMs: 1e9, stalledMs: 60_000 },
    { videos: () => {} },
  );
  const report = { budget: { files: 9 }, spent: { files: 9, bytes: 1, dollars: 0 }, pricesAt: '2026-11-29' };
  const pass = async (reached?: 'files'): Promise<readonly string[]> => {
    now += 100_000;
    watch.beginPass();
    watch.observe('class', waiting);
    const alerts = await sentBy(watch, { ...report, ...(reached ? { reached } : {}) });
    return alerts.map(({ type }) => type);
  };
  expect(await pass()).toEqual([]);
  expect(await pass('files')).toEqual(['budget-spent']);
  expect(await pass('files')).toEqual([]);
  expect(await pass()).toEqual(['stalled']);
});

it('However many videos are late, each is told of once', async () => {
  const watch = createAlertWatch({ journal: new MemoryJournal() }, limits, { videos: () => {} });
  const pass = async (videos: number): Promise<number> => {
    watch.beginPass();
    for (let number = 0; number < videos; number++) watch.observe(`class-${number}`, waiting);
    return (await sentBy(watch)).length;
  };
  expect([await pass(10_001), await pass(10_001), await pass(10_001), await pass(10_002)]).toEqual([10_001, 0, 0, 1]);
});

it('An alert that could not be sent is sent after the next pass, with the title of its video', async () => {
  const journal = new MemoryJournal();
  const submission = { id: 'class', playlistUrl: 'https://cdn.example/class.m3u8', title: 'Algebra' };
  await journal.decide({ type: 'submitted', video: 'class', at: '2026-12-01T00:00:00Z', submission });
  const watch = createAlertWatch({ journal }, limits, { videos: () => {} });
  watch.beginPass();
  watch.observe('class', waiting);
  await expect(watch.endPass(() => Promise.reject(new Error('OOM')))).rejects.toThrow('OOM');
  watch.beginPass();
  watch.observe('class', waiting);
  expect(await sentBy(watch)).toMatchObject([{ type: 'fresh-late', video: { id: 'class', title: 'Algebra' } }]);
  watch.beginPass();
  watch.observe('class', waiting);
  expect(await sentBy(watch)).toEqual([]);
});
