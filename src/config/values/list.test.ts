import { expect, it } from 'vitest';
import { splitList } from './list.ts';

const compound = '{"course":"a, b","n":{"$numberInt":"7"}}';

it.each([
  ['a,b', ['a', 'b']],
  [' a , ,b,', ['a', 'b']],
  ['', []],
  [compound, [compound]],
  [`a,${compound}, b`, ['a', compound, 'b']],
  ['{a,b}', ['{a', 'b}']],
  ['{"a":1}x,b', ['{"a":1}x', 'b']],
])('the list %s has these items', (text, items) => {
  expect(splitList(text, ',')).toEqual(items);
});
