import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crc32Hex } from '../storage/checksum.ts';
import { createBufferPool } from './body-buffers.ts';
import { readBody } from './read-body.ts';
import type { HeldBody } from './read-body.ts';

const whole = Buffer.from('abcdefgh');
const pieces = [whole.subarray(0, 3), whole.subarray(3, 5), whole.subarray(5)];

async function* arriving(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function heldBody(chunks: readonly Uint8Array[], announcedBytes?: number): Promise<HeldBody> {
  const buffers = createBufferPool(1024);
  const body = await readBody(arriving(chunks), { maxHeldBytes: 10, announcedBytes, sha256: true, buffers });
  if (body.kind !== 'held') throw new Error('the body was not held');
  return body;
}

describe('reading a body', () => {
  it.each([
    ['its length', 8],
    ['no length', undefined],
    ['less than its length', 4],
    ['more than its length', 10],
    ['more than is held', 11],
  ])('has all bytes and their checksums where %s was announced', async (_, announcedBytes) => {
    const { bytes, head, sizeBytes, crc32, sha256 } = await heldBody(pieces, announcedBytes);
    expect([bytes, head].map((each) => Buffer.from(each).toString())).toEqual(['abcdefgh', 'abcdefgh']);
    expect({ sizeBytes, crc32, sha256 }).toEqual({
      sizeBytes: 8,
      crc32: crc32Hex(whole),
      sha256: createHash('sha256').update(whole).digest('hex'),
    });
  });

  it('keeps nothing of a chunk whose memory is used again for the next', async () => {
    const chunk = Buffer.alloc(4);
    async function* reusing(): AsyncGenerator<Uint8Array> {
      for (const letter of ['a', 'b']) {
        chunk.fill(letter);
        yield chunk;
      }
    }
    const body = await readBody(reusing(), { maxHeldBytes: 10, announcedBytes: 8, sha256: false });
    expect(body.kind === 'held' && Buffer.from(body.bytes).toString()).toBe('aaaabbbb');
  });

  it('takes no memory for a body in one piece', async () => {
    expect((await heldBody([whole], 8)).bytes.buffer).toBe(whole.buffer);
    expect((await heldBody([], 0)).bytes).toHaveLength(0);
  });

  it.each([
    ['its length', 12],
    ['no length', undefined],
    ['too little', 8],
  ])('leaves what is too long to be streamed, where %s was announced', async (_, announcedBytes) => {
    const body = await readBody(arriving([...pieces, Buffer.from('ijk'), Buffer.from('l')]), {
      maxHeldBytes: 10,
      announcedBytes,
      sha256: false,
    });
    if (body.kind !== 'streamed') throw new Error('the body was held');
    expect(Buffer.concat(body.received).toString()).toBe('abcdefghijk');
    expect(Buffer.from((await body.rest.next()).value as Uint8Array).toString()).toBe('l');
  });
});
