import { expect, test } from 'vitest';
import { failureCodes, failureWith } from './failure.ts';
import { defaultRetryLimits } from './settle.ts';
import { retryOf } from './video-job.ts';
import type { VideoJob } from './video-job.ts';

const { maxTries, maxWaits, maxDelayMs } = defaultRetryLimits;
const job: VideoJob = { format: 1, video: 'v', tries: 0, waits: 0, recheck: true };
const alwaysMost = (): number => 0.999_999;
const next = (from: VideoJob, ...[code, message, details]: Parameters<typeof failureWith>): ReturnType<typeof retryOf> =>
  retryOf(from, failureWith(code, message, details), alwaysMost);

test('a broken connection costs a try, until they are spent', () => {
  expect(next(job, 'source.unreachable', 'x')).toEqual({ job: { ...job, tries: 1 }, delayMs: 500 });
  expect(next({ ...job, tries: 1, waits: 4 }, 'source.unreachable', 'x')).toEqual({ job: { ...job, tries: 2 }, delayMs: 1000 });
  expect(next({ ...job, tries: maxTries - 1 }, 'source.unreachable', 'x')).toBeUndefined();
});

test('a throttle costs a wait, and one too many a try', () => {
  expect(next({ ...job, tries: 2, waits: 3 }, 'store.throttled', 'x')).toEqual({ job: { ...job, tries: 2, waits: 4 }, delayMs: 4000 });
  expect(next({ ...job, waits: maxWaits }, 'store.throttled', 'x')?.job).toEqual({ ...job, tries: 1 });
  expect(next({ ...job, tries: maxTries - 1, waits: maxWaits }, 'store.throttled', 'x')).toBeUndefined();
});

test('the delay grows to the longest, and is never shorter than what was asked for', () => {
  expect(next({ ...job, waits: maxWaits - 1 }, 'store.throttled', 'x')?.delayMs).toBe(maxDelayMs);
  expect(next(job, 'source.throttled', 'x', { retryAfterMs: 120_000 })?.delayMs).toBe(120_000);
});

test('nothing else is tried again', () => {
  const again = failureCodes.filter((code) => next(job, code, 'x'));
  expect(again).not.toContain('source.not-found');
  expect(again).not.toContain('store.denied');
  expect(again).not.toContain('source.changed');
  expect(again).not.toContain('source.denied');
  expect(again).toContain('source.throttled');
});
