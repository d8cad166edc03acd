import { describe, expect, it } from 'vitest';
import { headerLines, parseHeaders } from './headers.ts';

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

describe('headers', () => {
  it('are read as name and value', () => {
    expect(parseHeaders(['Authorization: Bearer a:b', 'X-Empty-Around:  v  '], '--header')).toEqual([
      { name: 'authorization', value: 'Bearer a:b' },
      { name: 'x-empty-around', value: 'v' },
    ]);
  });

  it.each([
    'Authorization',
    ': value',
    'Bad Name: v',
    'X-Key:',
    'X-Key: a\r\nInjected: b',
    'Host: other',
    'range: bytes=0-1',
  ])('are refused: %j', (line) => {
    expect(() => parseHeaders([line], '--header')).toThrow(/^--header/);
  });

  it('never show their value in a message', () => {
    for (const line of ['Bearer secret', 'Range: secret', 'X-Key: secret\u0000']) {
      expect(messageOf(() => parseHeaders([line], '--header'))).toMatch(/^--header(?!.*secret)/);
    }
  });

  it('stand one to a line in a file, with comments', () => {
    expect(headerLines('# for the origin\r\nX-Key: 1\r\n\r\nCookie: a=b\n')).toEqual(['X-Key: 1', 'Cookie: a=b']);
  });
});
