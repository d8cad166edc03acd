import { expect, test } from 'vitest';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import type { Lease } from '../ledger/ledger.ts';
import { createReconciler } from './reconcile.ts';

const never = new AbortController().signal;
const minute = 60_000;

const batch = (id: string, from: number, to: number): Lease => ({
  id,
  generation: 'g2',
  kind: 'batch',
  files: [[from, to]],
  ttlMs: minute,
});

const indices = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** A video with two batches, and which of their jobs are in the queue. */
async function stage({ onStep = () => {} }: { readonly onStep?: () => void } = {}) {
  let now = 0;
  const ledger = new MemoryLedger({ now: () => now });
  await ledger.apply('v', { type: 'open', generation: 'g1' });
  await ledger.apply('v', {
    type: 'register',
    seen: 'g1',
    generation: 'g2',
    revision: 'r',
    total: 20,
    done: [],
  });
  await ledger.lease('v', batch('a', 0, 10));
  await ledger.lease('v', batch('b', 10, 20));
  const queued = new Set(['a', 'b']);
  const moved: string[] = [];
  const looked: string[] = [];
  const returned = new Set<string>();
  const reconciler = createReconciler({
    ledger,
    leaseMs: minute,
    isQueued: async (_, { id }) => queued.has(id),
    async takeNextStep(video) {
      moved.push(video);
      onStep();
    },
    lookAgain: async (video) => void looked.push(video),
    hasReturned: (place) => returned.has(place),
    now: () => now,
    onVideo: () => undefined,
  });
  const alive = async (): Promise<string[]> => (await ledger.leases('v')).map(({ id }) => id).toSorted();
  return { ledger, queued, moved, looked, returned, reconciler, alive, pass: (ms: number) => (now += ms) };
}

test('work that waits in a queue for longer than its term is not sent again', async () => {
  const { reconciler, alive, pass } = await stage();
  for (let round = 0; round < 5; round += 1) {
    pass(0.9 * minute);
    expect(await reconciler.run(never)).toBe(0);
  }
  expect(await alive()).toEqual(['a', 'b']);
});

test('a claim whose job is in no queue ends at the second look, and the video is asked what it needs at each', async () => {
  const { reconciler, alive, queued, moved } = await stage();
  queued.delete('b');
  expect(await reconciler.run(never)).toBe(0);
  expect(await alive()).toEqual(['a', 'b']);
  expect(await reconciler.run(never)).toBe(1);
  expect(await alive()).toEqual(['a']);
  expect(moved).toEqual(['v', 'v']);
});

test('a job that was sent just after the first look keeps its claim', async () => {
  const { reconciler, alive, queued } = await stage();
  queued.delete('b');
  await reconciler.run(never);
  queued.add('b');
  await reconciler.run(never);
  queued.delete('b');
  expect(await reconciler.run(never)).toBe(0);
  expect(await alive()).toEqual(['a', 'b']);
});

test('a video that failed is looked at again once its time has come', async () => {
  const { ledger, reconciler, looked, moved, pass } = await stage();
  await ledger.apply('v', { type: 'record', generation: 'g2', revision: 'r', done: [0], failed: indices(1, 20) });
  await ledger.apply('v', { type: 'look', generation: 'g2', nextLook: { count: 1, at: minute } });
  await ledger.apply('v', { type: 'announce', generation: 'g2', announced: 'incomplete g2' });
  await reconciler.run(never);
  expect([looked, moved]).toEqual([[], ['v']]);
  pass(minute);
  await reconciler.run(never);
  expect([looked, moved]).toEqual([['v'], ['v']]);
});

test('or once the host that gave no answer gives one again, however long its video was to wait', async () => {
  const { ledger, reconciler, looked, returned } = await stage();
  await ledger.apply('v', { type: 'record', generation: 'g2', revision: 'r', done: [0], failed: indices(1, 20) });
  const nextLook = { count: 8, at: 60 * minute, waitsFor: 'https://h' };
  await ledger.apply('v', { type: 'look', generation: 'g2', nextLook });
  await ledger.apply('v', { type: 'announce', generation: 'g2', announced: 'incomplete g2' });
  returned.add('https://other');
  await reconciler.run(never);
  expect(looked).toEqual([]);
  returned.add('https://h');
  await reconciler.run(never);
  expect(looked).toEqual(['v']);
});

test('so is a recording that is not over, where its job was lost', async () => {
  const { ledger, reconciler, looked, pass } = await stage();
  const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };
  await ledger.apply('v', { type: 'live', generation: 'g2', live: { ...live, nextLookAt: minute } });
  await reconciler.run(never);
  expect(looked).toEqual([]);
  pass(minute);
  await reconciler.run(never);
  expect(looked).toEqual(['v']);
});

test('a look that is stopped half way does not count as one at the library', async () => {
  const stopping = new AbortController();
  const { ledger, reconciler, moved } = await stage({ onStep: () => stopping.abort() });
  await ledger.apply('w', { type: 'open', generation: 'g1' });
  expect(await reconciler.run(stopping.signal)).toBeUndefined();
  expect(moved).toEqual(['v']);
  expect(await reconciler.run(never)).toBe(0);
  expect(moved).toEqual(['v', 'v', 'w']);
});
