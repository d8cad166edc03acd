import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../domain/units.ts';
import { createBufferPool } from './body-buffers.ts';

describe('the memory of bodies', () => {
  it('has the size that was asked for, also where a longer body lay before', () => {
    const buffers = createBufferPool(MiB);
    buffers.take(13).release();
    expect(buffers.take(3).bytes.byteLength).toBe(3);
  });

  it('goes to the next body only when it was given back, and to one of them', () => {
    const buffers = createBufferPool(MiB);
    const [first, second] = [buffers.take(2), buffers.take(2)];
    expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
    first.release();
    first.release();
    const [third, fourth] = [buffers.take(2), buffers.take(2)];
    expect(third.bytes.buffer).toBe(first.bytes.buffer);
    expect(fourth.bytes.buffer).not.toBe(first.bytes.buffer);
    expect(fourth.bytes.buffer).not.toBe(second.bytes.buffer);
  });

  it('is kept up to its bound, and what is there stays when more comes back', () => {
    const buffers = createBufferPool(512 * KiB);
    const taken = [1, 2, 3].map(() => buffers.take(256 * KiB));
    for (const each of taken) each.release();
    const reused = [1, 2, 3].map(() => buffers.take(256 * KiB).bytes.buffer);
    const before = new Set(taken.map(({ bytes }) => bytes.buffer));
    expect(reused.filter((buffer) => before.has(buffer))).toHaveLength(2);
  });

  it('makes way for sizes that are asked for now', () => {
    const buffers = createBufferPool(512 * KiB);
    const small = [1, 2].map(() => buffers.take(256 * KiB));
    for (const each of small) each.release();
    const large = buffers.take(512 * KiB);
    large.release();
    expect(buffers.take(512 * KiB).bytes.buffer).toBe(large.bytes.buffer);
    expect(buffers.take(256 * KiB).bytes.buffer).not.toBe(small[1]?.bytes.buffer);
  });
});
