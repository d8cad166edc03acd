import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonStrings } from './json-strings.ts';

test('strings of a JSON text are found where they stand', () => {
  const text = '{"a": ["x", {"b": "y\\"]"}, 1, "z"], "c":"w"}';
  expect(findJsonStrings(text).map(({ path, value }) => [path.join('.'), value])).toEqual([
    ['a.0', 'x'],
    ['a.1.b', 'y"]'],
    ['a.3', 'z'],
    ['c', 'w'],
  ]);
  for (const { value, start, end } of findJsonStrings(text))
    expect(JSON.parse(`"${text.slice(start, end)}"`)).toBe(value);
});

test('every string is found at its path, whatever the document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const collected: string[] = [];
      const collect = (node: unknown, path: readonly (string | number)[]): void => {
        if (typeof node === 'string') collected.push(JSON.stringify([path, node]));
        else if (Array.isArray(node)) node.forEach((inner, index) => collect(inner, [...path, index]));
        else if (node !== null && typeof node === 'object')
          for (const [name, inner] of Object.entries(node)) collect(inner, [...path, name]);
      };
      collect(JSON.parse(text), []);
      const found = findJsonStrings(text).map((string) => JSON.stringify([string.path, string.value]));
      expect(new Set(found)).toEqual(new Set(collected));
      expect(found).toHaveLength(collected.length);
    }),
  );
});

test('a text may nest deeply', () => {
  const deep = 100_000;
  expect(findJsonStrings(`${'['.repeat(deep)}"x"${']'.repeat(deep)}`)).toHaveLength(1);
});
