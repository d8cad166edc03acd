import type { Change } from '../../../src/domain/change.ts';
import { failureWith } from '../../../src/domain/failure.ts';
import type { Live } from '../../../src/domain/live.ts';
import type { IndexRanges } from '../../../src/domain/index-ranges.ts';
import type { Lease } from '../../../src/ledger/ledger.ts';

export const open = (generation: string, seen?: string): Extract<Change, { type: 'open' }> => ({
  type: 'open',
  generation,
  ...(seen === undefined ? {} : { seen }),
});
export const register = (seen: string, generation: string, revision: string, total: number, done: readonly number[] = []): Change => ({
  type: 'register', seen, generation, revision, total, done,
}); // prettier-ignore
export const record = (done: readonly number[], failed: readonly number[] = [], generation = 'g2', revision = 'r1'): Extract<Change, { type: 'record' }> => ({
  type: 'record', generation, revision, done, failed,
}); // prettier-ignore
export const accept = (files: readonly number[], generation = 'g2', revision = 'r1'): Change => ({
  type: 'accept',
  generation,
  revision,
  files,
});
export const reopenFiles = (files: readonly number[], generation = 'g2', revision = 'r1'): Change => ({
  type: 'reopen',
  generation,
  revision,
  files,
});
export const publish = (generation = 'g2', revision = 'r1'): Change => ({ type: 'publish', generation, revision });
export const hold = (held: 'paused' | 'cancelled' | null, generation = 'g2'): Change => ({
  type: 'hold',
  generation,
  hold: held,
});
export const badPlaylist = failureWith('hls.malformed', 'line 3 is no tag', { status: 200 });
export const invalidate = (generation = 'g2'): Change => ({ type: 'invalidate', generation, failure: badPlaylist });
export const lease = (id: string, more: Partial<Lease> = {}): Lease => ({
  id, generation: 'g2', kind: 'batch', files: [[0, 100]], ttlMs: 60_000, ...more,
}); // prettier-ignore

export const restore = (total: number, accepted: IndexRanges = []): Extract<Change, { type: 'restore' }> => ({
  type: 'restore', generation: 'g2', revision: 'r1', total, accepted,
}); // prettier-ignore
export const prioritise = (fresh: boolean, generation = 'g2'): Change => ({ type: 'prioritise', generation, fresh });
export const look = (count: number, generation = 'g2'): Change => ({
  type: 'look',
  generation,
  nextLook: { count, at: 1_790_000_000_000 + count },
});
export const liveRecording: Live = {
  playlists: [{ url: 'https://h/é.m3u8', validators: { etag: '"1"' }, sha256: 'ab' }],
  hasTokens: false, digest: 'cd', targetDurationMs: 6000, lookedAt: 1_790_000_000_000, sameSince: 1_790_000_000_000, nextLookAt: 1_790_000_030_000,
}; // prettier-ignore
export const live = (generation = 'g2'): Change => ({ type: 'live', generation, live: liveRecording });
export const announce = (announced: string, generation = 'g2'): Change => ({ type: 'announce', generation, announced });
