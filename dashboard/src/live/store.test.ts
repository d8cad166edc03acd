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
  budget: null,
  scanFailed: null,
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

  it('shows what is gone as it was until it is known to be published, and then in its place', () => {
    const store = createLiveStore();
    store.takeSnapshot(snapshot([row('a', 3), row('b', 1), row('c', 1)]));
    store.takeDelta({ at: 1250, gone: ['a', 'b'] });
    expect(store.now()?.order).toEqual(['a', 'b', 'c']);
    store.settle('a', { total: 4, done: 4, failed: 0, accepted: 0 });
    store.settle('b', undefined);
    expect(store.now()?.order).toEqual(['a', 'c']);
    expect(store.video('a')).toMatchObject({ state: 'published', files: { done: 4 } });
  });

  it('keeps what was published over a new snapshot, but no more than some', () => {
    const store = createLiveStore();
    const ids = Array.from({ length: 60 }, (_, at) => `v${at}`);
    store.takeSnapshot(snapshot(ids.map((id) => row(id, 4))));
    for (const id of ids) store.settle(id, { total: 4, done: 4, failed: 0, accepted: 0 });
    store.takeSnapshot(snapshot([row('a', 1)]));
    expect(store.now()?.order).toEqual(['a', ...ids.slice(10)]);
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
