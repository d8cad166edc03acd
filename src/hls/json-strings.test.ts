import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonStrings } from './json-strings.ts';

test('strings of a JSON text are found where they stand', () => {
  const text = '{"a": ["x", {"b": "y\\"]"}, 1, "z"], "c":"w"}';
  expect([...findJsonStrings(text)].map(({ depth, path, value }) => [depth, path.join('.'), value])).toEqual([
    [2, 'a.0', 'x'],
    [3, 'a.1.b', 'y"]'],
    [2, 'a.3', 'z'],
    [1, 'c', 'w'],
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
        if (typeof node === 'string') collected.push(JSON.stringify([path.length, path.slice(-3), node]));
        else if (Array.isArray(node)) node.forEach((inner, index) => collect(inner, [...path, index]));
        else if (node !== null && typeof node === 'object')
          for (const [name, inner] of Object.entries(node)) collect(inner, [...path, name]);
      };
      collect(JSON.parse(text), []);
      const found = [...findJsonStrings(text)].map(({ depth, path, value: string }) =>
        JSON.stringify([depth, path, string]),
      );
      expect(new Set(found)).toEqual(new Set(collected));
      expect(found).toHaveLength(collected.length);
    }),
  );
});

test('a text may nest deeply, and have many strings there', () => {
  const [deep, many] = [100_000, 100_000];
  const strings = Array.from({ length: many }, () => '"x"').join();
  const found = findJsonStrings(`${'['.repeat(deep)}${strings}${']'.repeat(deep)}`);
  let count = 0;
  for (const { depth } of found) count += depth === deep ? 1 : 0;
  expect(count).toBe(many);
});
