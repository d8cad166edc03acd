import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PriorityHeap } from './priority-heap.ts';

describe('a priority heap', () => {
  it('gives nothing when it is empty', () => {
    const heap = new PriorityHeap<string>();
    expect(heap.pop()).toBeUndefined();
    expect(heap.nextRank).toBeUndefined();
    heap.push('a', 1);
    expect(heap.nextRank).toBe(1);
    heap.clear();
    expect(heap.pop()).toBeUndefined();
  });

  it('gives what a stable sort would, however pushing and taking alternate', () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant('pop' as const)), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (course) => {
        const heap = new PriorityHeap<number>();
        const model: { rank: number; item: number }[] = [];
        for (const [item, step] of course.entries()) {
          if (step === 'pop') {
            expect(heap.pop()).toBe(model.shift()?.item);
          } else {
            heap.push(item, step);
            model.push({ rank: step, item });
            model.sort((a, b) => a.rank - b.rank);
          }
          expect(heap.size).toBe(model.length);
          expect(heap.nextRank).toBe(model[0]?.rank);
        }
      }),
    );
  });
});
