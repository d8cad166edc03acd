import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAttributes } from './attributes.ts';

describe('an attribute list', () => {
  test('has names, values, and the place of each value', () => {
    expect(readAttributes('METHOD=AES-128,URI="k?a=1,2",IV=0x1', 10)).toEqual([
      { name: 'METHOD', value: 'AES-128', quoted: false, start: 17, end: 24 },
      { name: 'URI', value: 'k?a=1,2', quoted: true, start: 30, end: 37 },
      { name: 'IV', value: '0x1', quoted: false, start: 42, end: 45 },
    ]);
  });

  test.each([
    ['', []],
    ['nothing', []],
    [',,A=1,,', [['A', '1']]],
    [' A = 1 , B = "2" junk,C=3', [['A', '1'], ['B', '2'], ['C', '3']]],
    ['A="never closed,B=2', [['A', 'never closed,B=2']]],
    ['A=,B=""', [['A', ''], ['B', '']]],
    ['=1,B=2', [['B', '2']]],
    ['A=b=c', [['A', 'b=c']]],
    ["A='x,y'", [['A', "'x"]]],
  ] as const)('%j is read as far as it makes sense', (list, expected) => {
    expect(readAttributes(list).map(({ name, value }) => [name, value])).toEqual(expected);
  }); // prettier-ignore

  test('has spans that hold exactly its values, whatever the text', () => {
    const characters = fc.constantFrom('A', 'URI', '=', ',', '"', ' ', 'x', '/', 'é');
    fc.assert(
      fc.property(fc.array(characters), (parts) => {
        const list = parts.join('');
        for (const { value, start, end } of readAttributes(list)) expect(list.slice(start, end)).toBe(value);
      }),
    );
  });
});
