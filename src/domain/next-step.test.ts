import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureWith } from './failure.ts';
import { nextStep, nothingCarried } from './next-step.ts';
import type { Carried, Step } from './next-step.ts';
import { stateOf } from './video.ts';
import type { VideoRecord } from './video.ts';

const uncrawled: VideoRecord = { generation: 'g', total: 0, done: 0, failed: 0, accepted: 0 };
const planned: VideoRecord = { ...uncrawled, revision: 'r', total: 10 };
const whole: VideoRecord = { ...planned, done: 10 };
const live = { playlists: [], hasTokens: false, digest: 'd', targetDurationMs: 6000, lookedAt: 0, sameSince: 0 };
const crawl: Carried = { ...nothingCarried, crawl: true };
const publish: Carried = { ...nothingCarried, publish: true };
const carrying = (files: number): Carried => ({ ...nothingCarried, files });

const table: readonly (readonly [facts: string, record: VideoRecord, carried: Carried, step: Step])[] = [
  ['on hold before its crawl', { ...uncrawled, hold: 'paused' }, nothingCarried, 'none'],
  ['on hold with files open', { ...planned, hold: 'paused' }, nothingCarried, 'none'],
  ['cancelled when it was whole', { ...whole, hold: 'cancelled' }, nothingCarried, 'none'],
  ['invalid', { ...uncrawled, invalid: failureWith('hls.empty', 'no segments') }, nothingCarried, 'none'],
  ['live', { ...planned, live }, nothingCarried, 'none'],
  ['no revision, a crawl under way', uncrawled, crawl, 'wait'],
  ['no revision', uncrawled, nothingCarried, 'crawl'],
  ['files open while a crawl makes a new plan', planned, crawl, 'wait'],
  ['files open, nothing carried', planned, nothingCarried, 'dispatch'],
  ['files open, fewer carried', { ...planned, done: 3, failed: 2 }, carrying(4), 'dispatch'],
  ['files open, all carried', { ...planned, done: 3, failed: 2 }, carrying(5), 'wait'],
  ['whole and published', { ...whole, published: 'r' }, nothingCarried, 'none'],
  ['whole and published, while somebody crawls it again', { ...whole, published: 'r' }, crawl, 'none'],
  ['whole, being published', whole, publish, 'wait'],
  ['whole, not published', whole, nothingCarried, 'publish'],
  ['whole, an older revision published', { ...whole, published: 'older' }, nothingCarried, 'publish'],
  ['settled, all failures accepted', { ...planned, done: 8, failed: 2, accepted: 2 }, nothingCarried, 'publish'],
  ['settled, some failures accepted', { ...planned, done: 8, failed: 2, accepted: 1 }, nothingCarried, 'none'],
  ['settled with failures', { ...planned, done: 8, failed: 2 }, nothingCarried, 'none'],
  ['a plan without files', { ...planned, total: 0 }, nothingCarried, 'publish'],
];

test.each(table)('%s', (_, record, carried, step) => {
  expect(nextStep(record, carried)).toBe(step);
});

const records = fc.integer({ min: 0, max: 4 }).chain((total) =>
  fc.integer({ min: 0, max: total }).chain((done) =>
    fc.integer({ min: 0, max: total - done }).chain((failed) =>
      fc.record(
        {
          generation: fc.constant('g'),
          total: fc.constant(total),
          done: fc.constant(done),
          failed: fc.constant(failed),
          accepted: fc.integer({ min: 0, max: failed }),
          revision: fc.constant('r'),
          published: fc.constantFrom('r', 'older'),
          hold: fc.constantFrom('paused' as const, 'cancelled' as const),
          invalid: fc.constant(failureWith('hls.empty', 'no segments')),
        },
        { requiredKeys: ['generation', 'total', 'done', 'failed', 'accepted'] },
      ),
    ),
  ),
);

describe('with nothing carried, the step and the state agree', () => {
  const stepsOf = { waiting: 'crawl', copying: 'dispatch', publishing: 'publish' } as const satisfies Record<
    string,
    Step
  >;

  test('a state that a step can end has that step, and any other has none', () => {
    fc.assert(
      fc.property(records, (record) => {
        const state = stateOf(record);
        expect(nextStep(record, nothingCarried)).toBe(
          state in stepsOf ? stepsOf[state as keyof typeof stepsOf] : 'none',
        );
      }),
    );
  });

  test('nothing waits for what nobody carries', () => {
    fc.assert(fc.property(records, (record) => nextStep(record, nothingCarried) !== 'wait'));
  });
});
