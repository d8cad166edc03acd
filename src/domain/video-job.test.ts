import { describe, expect, test } from 'vitest';
import { failureWith } from './failure.ts';
import { defaultRetryLimits } from './settle.ts';
import { retryOf } from './video-job.ts';
import type { VideoJob } from './video-job.ts';

const job: VideoJob = {
  format: 1,
  generation: 'g',
  lease: 'crawl-1',
  fresh: false,
  video: 'v',
  tries: 0,
  waits: 0,
  recheck: true,
};
/** As long as delays get. */
const latest = (): number => 1;

describe('A step of a whole video that failed', () => {
  test('comes again with a try charged and a growing delay, until its tries are spent', () => {
    const failure = failureWith('source.unreachable', 'refused');
    const first = retryOf(job, failure, latest);
    expect(first).toEqual({ job: { ...job, tries: 1 }, delayMs: 500 });
    const second = first && retryOf(first.job, failure, latest);
    expect(second).toMatchObject({ job: { tries: 2 }, delayMs: 1000 });
    expect(second && retryOf(second.job, failure, latest)).toBeUndefined();
  });

  test('waits as long as it was asked to, uncharged, but not for ever', () => {
    const failure = failureWith('source.throttled', 'later', { retryAfterMs: 90_000 });
    expect(retryOf(job, failure, latest)).toEqual({ job: { ...job, waits: 1 }, delayMs: 90_000 });
    const patient = { ...job, waits: defaultRetryLimits.maxWaits };
    expect(retryOf(patient, failure, latest)?.job).toMatchObject({ tries: 1, waits: 0 });
  });

  test.each(['hls.live', 'source.not-found', 'source.denied', 'store.denied', 'store.conflict'] as const)(
    'does not come again for %s',
    (code) => {
      expect(retryOf(job, failureWith(code, 'no'), latest)).toBeUndefined();
    },
  );

  test.each(['source.not-found', 'hls.empty', 'hls.malformed', 'hls.not-a-playlist'] as const)(
    'has its tries for %s where it is fresh: its recording may be written just now',
    (code) => {
      const fresh = { ...job, fresh: true };
      expect(retryOf(fresh, failureWith(code, 'no'), latest)).toMatchObject({ job: { tries: 1 }, delayMs: 500 });
      expect(retryOf({ ...fresh, tries: 2 }, failureWith(code, 'no'), latest)).toBeUndefined();
    },
  );

  test('does not come again for what stays as it is, fresh or not', () => {
    expect(retryOf({ ...job, fresh: true }, failureWith('hls.dash', 'no'), latest)).toBeUndefined();
  });
});
