import { describe, expect, test } from 'vitest';
import { after } from '../../test/model/tally-after.ts';
import type { Change } from './change.ts';
import { failureWith } from './failure.ts';

const invalid = failureWith('hls.empty', 'no segments');
const opened: Change = { type: 'open', generation: 'g0' };
const registered: Change = { type: 'register', seen: 'g0', generation: 'g1', revision: 'r1', total: 10, done: [] };

describe('a recording that is not over', () => {
  const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 7, sameSince: 7 };
  const isLive: Change = { type: 'live', generation: 'g0', live };

  test('is fresh from the first look on, unless a person decides otherwise', () => {
    expect(after(opened, isLive).record).toMatchObject({ live, fresh: true });
    const back: Change = { type: 'prioritise', generation: 'g0', fresh: false };
    expect(after(opened, isLive, back, isLive).record).not.toHaveProperty('fresh');
  });

  test('is no longer invalid, and an invalid one no longer live; looks at failures begin anew', () => {
    const failed: Change = { type: 'invalidate', generation: 'g0', failure: invalid };
    const look: Change = { type: 'look', generation: 'g0', nextLook: { count: 3, at: 9 } };
    const { record: again } = after(opened, failed, look, isLive);
    expect([again.live, again.invalid, again.nextLook]).toEqual([live, undefined, undefined]);
    const { record: broken } = after(opened, isLive, failed);
    expect([broken.live, broken.invalid]).toEqual([undefined, invalid]);
  });

  test('is not live any more once it has a plan or a fresh start, and stays fresh', () => {
    const { record: planned } = after(opened, isLive, registered);
    expect([planned.live, planned.fresh]).toEqual([undefined, true]);
    expect(after(opened, isLive, { type: 'open', seen: 'g0', generation: 'g1' }).record).not.toHaveProperty('live');
  });
});
