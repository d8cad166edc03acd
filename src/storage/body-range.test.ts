import { expect, test } from 'vitest';
import { rangeOf } from './body-range.ts';

test.each([
  [0, 2, 'abc', 1],
  [2, 4, 'cde', 2],
  [3, 3, 'd', 2],
  [7, 100, 'hi', 3],
  [9, 100, '', 3],
])(
  'of a body that comes whole, bytes %i to %i are %s, and no more is read than these need',
  async (from, to, text, reads) => {
    let read = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const chunk of ['abc', 'def', 'ghi']) {
        read += 1;
        yield Buffer.from(chunk);
      }
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of rangeOf(body(), { from, to })) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(text);
    expect(read).toBe(reads);
  },
);
