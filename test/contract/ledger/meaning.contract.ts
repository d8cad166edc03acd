import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyChange } from '../../../src/domain/change.ts';
import type { Change, Tally } from '../../../src/domain/change.ts';
import { badPlaylist, liveRecording } from './changes.ts';
import { createLedgerBench } from './bench.ts';
import type { LedgerUnderTest } from './under-test.ts';

// Weighted, so that most changes of a history apply.
const generation = fc.constantFrom('g1', 'g1', 'g1', 'g1', 'g0', 'g2');
const revision = fc.constantFrom('r1', 'r1', 'r1', 'r2');
// Around the ends of words and planes, and beyond the plan.
const file = fc.oneof(fc.integer({ min: -2, max: 130 }), fc.constantFrom(24, 25, 49, 50, 74, 75, 99, 100, 0.5, 1e12));
const files = fc.array(file, { maxLength: 30 });
const total = fc.oneof(fc.nat(130), fc.constantFrom(0, 1, 24, 25, 26, 50, 75, 100));
const hold = fc.constantFrom('paused' as const, 'cancelled' as const);

const asked = fc.constantFrom('q1', 'q1', 'q2');
const firstSight = { generation, hold, fresh: fc.boolean(), asked };
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record(
    { type: fc.constant('open' as const), seen: generation, ...firstSight },
    { requiredKeys: ['type', 'generation'] },
  ),
  fc
    .tuple(
      fc.record({ generation, hold, fresh: fc.boolean() }, { requiredKeys: ['generation'] }),
      revision,
      total,
      fc.uniqueArray(fc.nat(140), { maxLength: 6 }),
    )
    .map(([first, digest, size, cuts]): Change => {
      const ends = [...cuts].sort((a, b) => a - b);
      const accepted = ends.flatMap((to, at): [number, number][] => (at % 2 ? [[ends[at - 1] ?? 0, to]] : []));
      return { type: 'restore', ...first, revision: digest, total: size, accepted };
    }),
  fc.record({ type: fc.constant('register' as const), seen: generation, generation, revision, total, done: files }),
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('record' as const), generation, revision, done: files, failed: files }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('reopen' as const, 'accept' as const), generation, revision, files }),
  },
  fc.record({ type: fc.constant('publish' as const), generation, revision }),
  fc.record({ type: fc.constant('invalidate' as const), generation, failure: fc.constant(badPlaylist) }),
  fc.record({
    type: fc.constant('live' as const),
    generation,
    live: fc.nat().map((sameSince) => ({ ...liveRecording, sameSince })),
  }),
  fc.record({ type: fc.constant('hold' as const), generation, hold: fc.option(hold) }),
  fc.record({ type: fc.constant('prioritise' as const), generation, fresh: fc.boolean() }),
  fc.record({ type: fc.constant('restart' as const), generation, count: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    type: fc.constant('look' as const),
    generation,
    nextLook: fc.record({ count: fc.nat(9), at: fc.nat() }),
  }),
  fc.record({ type: fc.constant('announce' as const), generation, announced: fc.string() }),
);
const beginnings: readonly (readonly Change[])[] = [
  [],
  [{ type: 'open', generation: 'g0' }, { type: 'register', seen: 'g0', generation: 'g1', revision: 'r1', total: 110, done: [3, 109] }],
  [{ type: 'restore', generation: 'g1', revision: 'r1', total: 101, accepted: [[20, 30]] }],
]; // prettier-ignore
const histories = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(change, { maxLength: 25 }))
  .map(([begun, changes]) => [...begun, ...changes]);

/** A ledger means by each change what `applyChange` says; a part of its contract. */
export function describeMeaning(create: () => Promise<LedgerUnderTest>): void {
  describe('any history', () => {
    const bench = createLedgerBench(create);

    it('gives the answers and tallies that the domain gives', async () => {
      let turn = 0;
      await fc.assert(
        fc.asyncProperty(histories, async (changes) => {
          const video = `any-${turn++}`;
          let expected: Tally | undefined;
          for (const next of changes) {
            const before = expected?.record;
            const changed = applyChange(expected, next);
            const answer = await bench.ledger.apply(video, next);
            if (changed.result === 'stale') expect(answer).toEqual({ result: 'stale', record: before });
            else {
              expected = changed.tally;
              expect(answer).toEqual({ result: 'applied', before, record: expected.record });
            }
          }
          expect(await bench.ledger.tally(video)).toEqual(expected);
          expect(await bench.ledger.read(video)).toEqual(expected?.record);
        }),
        { numRuns: 200 },
      );
    });
  });
}
