import { describe, expect, it } from 'vitest';
import { cell } from '../live/field.ts';
import { never, stepsOf } from './data.ts';
import { createActor, ratesOf, settledByStep } from './scene.ts';

const video = { title: 'a', files: 6, when: [2, 3, -1, 1, 9, 1], failed: [[1, 2] as const] };

describe('a replay', () => {
  it('has the step of each file, and none for those without an outcome', () => {
    expect([...stepsOf(video)]).toEqual([2, 2, 2, never, 9, never]);
  });

  it('shows at each step what was done by then, and what was about to be', () => {
    const actor = createActor(video, 9);
    expect([...actor.cellsAt(0)]).toEqual([1, 1, 1, 0, 0, 0]);
    expect([...actor.cellsAt(2)]).toEqual([cell.done, cell.failed, cell.done, 0, 0, 0]);
    expect([...actor.cellsAt(10)]).toEqual([cell.done, cell.failed, cell.done, 0, cell.done, 0]);
  });

  it('shows at the end what failed at an unknown moment', () => {
    const actor = createActor({ ...video, failed: [[3, 4]], accepted: [[5, 6]] }, 9);
    expect([...actor.cellsAt(9)]).toEqual([cell.done, cell.done, cell.done, cell.failed, cell.done, cell.accepted]);
  });

  it('counts what is in place, and their rate over some steps', () => {
    const replay = { format: 1, startedAt: '', durationMs: 10_000, steps: 10, videos: [video], bytes: [] } as const;
    expect(settledByStep(replay)).toEqual([0, 0, 2, 2, 2, 2, 2, 2, 2, 3]);
    expect(ratesOf([0, 0, 3, 3], 1_000, 2)).toEqual([0, 0, 1.5, 1.5]);
  });
});
