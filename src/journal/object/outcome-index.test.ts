import { expect, test } from 'vitest';
import { OutcomeIndex, VideoOutcomes } from './outcome-index.ts';

const objectCount = 300;
const objects = Array.from({ length: objectCount }, (_, number) => `outcomes/v/${number}`);
const keysOf = (number: number): string[] =>
  Array.from({ length: 100 }, (_, index) => `v/${(number * 100 + index) % 25_000}.ts`);

/** 30,000 lines about 25,000 keys, so that the first 50 objects and the last 50 tell of the same ones. */
function filled(): VideoOutcomes {
  const outcomes = new VideoOutcomes();
  for (const [number, object] of objects.entries()) outcomes.add(object, keysOf(number));
  return outcomes;
}

test('every object that tells of a key is named, and hardly any other', () => {
  const outcomes = filled();
  let others = 0;
  for (let number = 0; number < objectCount; number += 1) {
    const telling = outcomes.tellingOf(keysOf(number), objects);
    const expected = objects.filter((_, other) => other % 250 === number % 250);
    expect(telling).toEqual(expect.arrayContaining(expected));
    others += telling.length - expected.length;
  }
  // Two of 25,000 keys have the same checksum with a chance of 7 in 100.
  expect(others).toBeLessThan(10);
});

test('an object that is not known may tell of anything', () => {
  const outcomes = filled();
  expect(outcomes.tellingOf(['other'], ['outcomes/v/new', ...objects])).toEqual(['outcomes/v/new']);
});

test('what was purged is known no more, and its memory is let go of', () => {
  const outcomes = filled();
  const bytes = outcomes.sizeBytes;
  outcomes.keep(['outcomes/v/2']);
  expect(outcomes.has('outcomes/v/1')).toBe(false);
  expect(outcomes.tellingOf(keysOf(2), ['outcomes/v/2'])).toEqual(['outcomes/v/2']);
  outcomes.keep([]);
  expect(outcomes.sizeBytes).toBeLessThan(bytes / 100);
  outcomes.add('outcomes/v/again', keysOf(7));
  expect(outcomes.tellingOf(keysOf(7), ['outcomes/v/again'])).toEqual(['outcomes/v/again']);
  expect(outcomes.tellingOf(keysOf(8), ['outcomes/v/again'])).toEqual([]);
});

test('the videos that were not used for longest are let go of, never the last one', () => {
  const index = new OutcomeIndex(1);
  index.of('a').add('outcomes/a/1', ['a.ts']);
  index.of('b').add('outcomes/b/1', ['b.ts']);
  index.of('a');
  index.shrink();
  expect([index.has('a'), index.has('b')]).toEqual([true, false]);
});
