import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cell, cellsOf, fieldOf, patchField } from './field.ts';

const hexOf = (bits: readonly boolean[]): string => {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (const [index, bit] of bits.entries()) if (bit) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  return Buffer.from(bytes).toString('hex');
};

describe('a field', () => {
  it('has a bit for each file, the lowest of a byte first', () => {
    expect([...cellsOf(fieldOf({ done: '0102' }, 11))]).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0]);
  });

  it('passes over what is beyond its files, and takes what is missing as open', () => {
    expect([...cellsOf(fieldOf({ done: 'ffff' }, 3))]).toEqual([2, 2, 2]);
    expect([...cellsOf(fieldOf({ done: '' }, 3))]).toEqual([0, 0, 0]);
  });

  it('shows done before accepted, accepted before failed, failed before in flight', () => {
    const field = fieldOf({ done: '01', inFlight: [[0, 5]], failed: [[2, 4]], accepted: [[3, 4]] }, 6);
    expect([...cellsOf(field)]).toEqual([
      cell.done,
      cell.inFlight,
      cell.failed,
      cell.accepted,
      cell.inFlight,
      cell.open,
    ]);
  });

  it('is after its patches as if it had come whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 200 }), (pairs) => {
        const before = pairs.map(([bit]) => bit);
        const after = pairs.map(([, bit]) => bit);
        const ranges = (wanted: boolean): [number, number][] =>
          after.flatMap((bit, index): [number, number][] =>
            bit === wanted && before[index] !== wanted ? [[index, index + 1]] : [],
          );
        const field = patchField(fieldOf({ done: hexOf(before) }, pairs.length), {
          set: ranges(true),
          unset: ranges(false),
        });
        expect(cellsOf(field)).toEqual(cellsOf(fieldOf({ done: hexOf(after) }, pairs.length)));
      }),
    );
  });

  it('keeps the ranges that a patch does not name', () => {
    const field = patchField(fieldOf({ done: '00', failed: [[1, 2]] }, 8), { inFlight: [[4, 8]] });
    expect([...cellsOf(field)]).toEqual([0, 3, 0, 0, 1, 1, 1, 1]);
  });
});
