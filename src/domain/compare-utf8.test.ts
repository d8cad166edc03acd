import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareUtf8 } from './compare-utf8.ts';

describe('compareUtf8', () => {
  it('orders any text as its UTF-8 bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('puts characters beyond the first plane last', () => {
    expect(['😀', '\ufffd', 'z'].toSorted(compareUtf8)).toEqual(['z', '\ufffd', '😀']);
  });
});
