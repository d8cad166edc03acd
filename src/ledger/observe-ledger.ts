import { isDeepStrictEqual } from 'node:util';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Applied, Ledger } from './ledger.ts';

/** Reports each change that altered a record, with the record before it, so that totals can be kept up to date. */
export function observeLedger(
  ledger: Ledger,
  onChange: (video: VideoId, before: VideoRecord | undefined, after: VideoRecord) => void,
): Ledger {
  const observe = (video: VideoId, applied: Applied): void => {
    if (applied.result === 'applied' && !isDeepStrictEqual(applied.before, applied.record)) {
      onChange(video, applied.before, applied.record);
    }
  };
  return {
    apply: async (video, change) => {
      const applied = await ledger.apply(video, change);
      observe(video, applied);
      return applied;
    },
    endBatch: async (video, ending) => {
      const ended = await ledger.endBatch(video, ending);
      observe(video, ended.applied);
      return ended;
    },
    read: (video) => ledger.read(video),
    tally: (video) => ledger.tally(video),
    survey: (video) => ledger.survey(video),
    videos: () => ledger.videos(),
    lease: (video, lease, revision) => ledger.lease(video, lease, revision),
    renew: (video, leaseId, ttlMs) => ledger.renew(video, leaseId, ttlMs),
    pass: (video, leaseId, successors) => ledger.pass(video, leaseId, successors),
    release: (video, leaseId) => ledger.release(video, leaseId),
    leases: (video) => ledger.leases(video),
    releaseAll: () => ledger.releaseAll(),
    retire: (video, generation) => ledger.retire(video, generation),
  };
}
