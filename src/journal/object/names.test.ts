import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameOfSegment, segmentOf } from './names.ts';

const names = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('.', '..', 'a/b', '%2F', '~2f', '~~', 'A', 'x'.repeat(129), 'Ü'.repeat(50)),
);

describe('a name as a segment of a key', () => {
  it('stays readable where it can', () => {
    expect(segmentOf('class-2026_11')).toBe('class-2026_11');
    expect(segmentOf('a/B.c')).toBe('a~2f~42~2ec');
  });

  it('is short, and of characters that no store or folder minds', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(segmentOf(name)).toMatch(/^[a-z0-9_~-]{0,128}$/);
      }),
    );
  });

  it('tells its name, unless that is long', () => {
    fc.assert(
      fc.property(names, (name) => {
        const told = nameOfSegment(segmentOf(name));
        if (told === undefined) expect(Buffer.from(name).length * 3 > 128 || !name.isWellFormed()).toBe(true);
        else expect(told).toBe(name);
      }),
    );
  });

  it('is another for another name, also for long ones and for half characters', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(segmentOf(a) === segmentOf(b)).toBe(a === b);
      }),
    );
    expect(segmentOf('x'.repeat(500))).not.toBe(segmentOf('x'.repeat(501)));
    expect(segmentOf('\ud800')).not.toBe(segmentOf('\ud801'));
    expect(segmentOf('\ufffd')).not.toBe(segmentOf('\ud801'));
  });
});
