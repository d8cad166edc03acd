import { expect, it } from 'vitest';
import { ObjectIndex } from './object-index.ts';

it('knows the size of each object, and which were asked for, also after it has grown', () => {
  const index = new ObjectIndex();
  const most = 50_000;
  for (let number = 0; number < most; number++) {
    index.add(`a/${number}`, number);
    if (number === 500) expect(index.mark('a/0')).toBe(0);
  }
  expect(index.unmarked).toBe(most - 1);
  expect([index.mark('a/49999'), index.mark('a/50000')]).toEqual([49_999, undefined]);
  expect([index.mark('a/49999'), index.unmarked]).toEqual([49_999, most - 2]);
  expect(['a/0', 'a/1', 'a/49999', 'b'].map((key) => index.isMarked(key))).toEqual([true, false, true, false]);
});

it('counts an object that is listed twice once, with its latest size', () => {
  const index = new ObjectIndex();
  index.add('a', 1);
  index.add('a', 2);
  expect([index.unmarked, index.mark('a'), index.unmarked]).toEqual([1, 2, 0]);
});

it('counts each object once, one that is not there too, which stays absent', () => {
  const index = new ObjectIndex();
  index.add('there', 1);
  expect(['there', 'lost', 'there', 'lost'].map((key) => index.count(key))).toEqual([true, true, false, false]);
  expect([index.unmarked, index.mark('lost'), index.mark('there'), index.unmarked]).toEqual([1, undefined, 1, 0]);
});
