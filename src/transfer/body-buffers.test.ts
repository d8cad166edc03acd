import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../domain/units.ts';
import { createBufferPool } from './body-buffers.ts';

const pieces = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
/** A body of two halves. */
const halves = (sizeBytes: number): [Uint8Array[], number] => [
  [Buffer.alloc(sizeBytes / 2), Buffer.alloc(sizeBytes / 2)],
  sizeBytes,
];

describe('the memory of bodies', () => {
  it('holds exactly the pieces, also where a longer body lay before', () => {
    const buffers = createBufferPool(MiB);
    buffers.join(pieces('a longer ', 'body'), 13).release();
    expect(textOf(buffers.join(pieces('ab', 'c'), 3).bytes)).toBe('abc');
  });

  it('goes to the next body only when it was given back, and to one of them', () => {
    const buffers = createBufferPool(MiB);
    const first = buffers.join(pieces('a', 'b'), 2);
    const second = buffers.join(pieces('c', 'd'), 2);
    expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
    first.release();
    first.release();
    const [third, fourth] = [buffers.join(pieces('e', 'f'), 2), buffers.join(pieces('g', 'h'), 2)];
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
    expect(fourth.bytes.buffer).not.toBe(first.bytes.buffer);
    expect([second, third, fourth].map(({ bytes }) => textOf(bytes))).toEqual(['cd', 'ef', 'gh']);
  });

  it('is not kept beyond its bound', () => {
    const buffers = createBufferPool(512 * KiB);
    const joined = [1, 2, 3].map(() => buffers.join(...halves(256 * KiB)));
    for (const each of joined) each.release();
    const reused = [1, 2, 3].map(() => buffers.join(...halves(256 * KiB)).bytes.buffer);
    const before = new Set(joined.map(({ bytes }) => bytes.buffer));
    expect(reused.filter((buffer) => before.has(buffer)).length).toBeLessThanOrEqual(2);
  });

  it('is a body of one piece itself', () => {
    const [only] = pieces('abc');
    expect(createBufferPool(MiB).join([only as Uint8Array], 3).bytes).toBe(only);
  });
});
