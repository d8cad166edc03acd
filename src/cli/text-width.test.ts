import { expect, it } from 'vitest';
import { fitText, padText, textWidth } from './text-width.ts';

it('counts columns, not code units', () => {
  expect([textWidth('abc'), textWidth('é'), textWidth('日本'), textWidth('👩‍🏫')]).toEqual([3, 1, 4, 2]);
});

it('cuts between characters and says so', () => {
  expect(fitText('abcdef', 6)).toBe('abcdef');
  expect(fitText('abcdef', 5)).toBe('abcd…');
  expect(fitText('日本語', 5)).toBe('日本…');
  expect(fitText('日本語', 4)).toBe('日…');
  expect(fitText('abc', 0)).toBe('');
});

it('fills up to a width', () => {
  expect(padText('日本', 6)).toBe('日本  ');
  expect(padText('abcdef', 4)).toBe('abc…');
});
