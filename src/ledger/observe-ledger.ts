import { isDeepStrictEqual } from 'node:util';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger } from './ledger.ts';

/** Tells of each change that really altered a record, with what it was before: sums over a library are kept by it. */
export function observeLedger(
  ledger: Ledger,
  onChange: (video: VideoId, before: VideoRecord | undefined, after: VideoRecord) => void,
): Ledger {
  return {
    apply: async (video, change) => {
      const applied = await ledger.apply(video, change);
      if (applied.result === 'applied' && !isDeepStrictEqual(applied.before, applied.record)) {
        onChange(video, applied.before, applied.record);
      }
      return applied;
    },
    read: (video) => ledger.read(video),
    tally: (video) => ledger.tally(video),
    videos: () => ledger.videos(),
    lease: (video, lease) => ledger.lease(video, lease),
    renew: (video, leaseId, ttlMs) => ledger.renew(video, leaseId, ttlMs),
    pass: (video, leaseId, heirs) => ledger.pass(video, leaseId, heirs),
    release: (video, leaseId) => ledger.release(video, leaseId),
    leases: (video) => ledger.leases(video),
    releaseAll: () => ledger.releaseAll(),
    retire: (video, generation) => ledger.retire(video, generation),
    close: () => ledger.close(),
  };
}
