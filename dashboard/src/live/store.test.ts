import { describe, expect, it } from 'vitest';
import type { LiveSnapshot, LiveVideo } from '../api/contract.ts';
import { cellsOf } from './field.ts';
import { createLiveStore } from './store.ts';

const states = { publishing: 0, waiting: 0, live: 0, incomplete: 0, invalid: 0, paused: 0, cancelled: 0 };
const row = (id: string, done: number, rest: Partial<LiveVideo> = {}): LiveVideo => ({
  id,
  state: 'copying',
  since: 1,
  files: { total: 4, done, failed: 0, accepted: 0 },
  ...rest,
});
const snapshot = (videos: LiveSnapshot['videos']): LiveSnapshot => ({
  format: 1,
  at: 1000,
  version: '1',
  destination: 's3://b/p',
  totals: { videos: { ...states, published: 0, copying: 1 }, files: { total: 4, done: 0, failed: 0, accepted: 0 } },
  progress: { filesPerSecond: 0, bytesPerSecond: 0, uncrawled: 0 },
  causes: [],
  services: [],
  queues: [],
  batches: [],
  cost: null,
  ended: null,
  isCounting: false,
  listVersion: 1,
  history: [[1000, 1, 1]],
  videos,
});

describe('the store', () => {
  it('knows nothing before the first snapshot, and lets deltas pass', () => {
    const store = createLiveStore();
    store.takeDelta({ at: 1, videos: [row('a', 1)] });
    expect([store.now(), store.video('a')]).toEqual([undefined, undefined]);
  });

  it('patches the field of a row that changed, and tells whoever shows it', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 0, { field: { done: '00' } }), row('b', 0, { field: { done: '00' } })]));
    const told: string[] = [];
    store.subscribeVideo('a', () => told.push('a'));
    store.subscribeVideo('b', () => told.push('b'));
    store.takeDelta({ at: 1250, videos: [{ ...row('a', 2), patch: { set: [[0, 2]], inFlight: [[2, 4]] } }] });
    const field = store.video('a')?.field;
    expect(field && [...cellsOf(field)]).toEqual([2, 2, 1, 1]);
    expect(told).toEqual(['a']);
  });

  it('keeps parts that did not change as they are, so that nobody draws them again', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 0)]));
    const before = store.now();
    store.takeDelta({ at: 1250, batches: [] });
    expect(store.now()?.totals).toBe(before?.totals);
    expect(store.now()?.order).toBe(before?.order);
    expect(store.now()?.history).toBe(before?.history);
  });

  it('remembers what was completed, whether the row says so or leaves as it was whole', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 3), row('b', 4, { state: 'publishing' }), row('c', 1)]));
    store.takeDelta({ at: 1250, videos: [row('a', 4, { state: 'published' })] });
    store.takeDelta({ at: 1500, gone: ['a', 'b', 'c'] });
    expect(store.now()?.completed.map(({ id, state }) => `${id} ${state}`)).toEqual(['b published', 'a published']);
    expect(store.now()?.order).toEqual([]);
  });

  it('takes a field away that is not shown any more', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 0, { field: { done: '00' } })]));
    store.takeDelta({ at: 1250, videos: [{ ...row('a', 0), noField: true }] });
    expect(store.video('a')?.field).toBeUndefined();
  });

  it('is replaced by a new snapshot, with those told who show what is gone', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 0)]));
    const told: string[] = [];
    store.subscribeVideo('a', () => told.push('a'));
    store.takeSnapshot(snapshot([row('b', 0)]));
    expect([store.video('a'), store.now()?.order, told]).toEqual([undefined, ['b'], ['a']]);
  });

  it('adds no sample twice that a resumed stream sends again', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([]));
    store.takeDelta({
      at: 2000,
      history: [
        [1000, 1, 1],
        [2000, 2, 2],
      ],
    });
    expect(store.now()?.history).toEqual([
      [1000, 1, 1],
      [2000, 2, 2],
    ]);
  });
});
