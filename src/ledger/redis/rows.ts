import { emptyBits, putBit, rangesOfBits } from '../../domain/bits.ts';
import type { Bits } from '../../domain/bits.ts';
import type { Tally } from '../../domain/change.ts';
import type { Failure } from '../../domain/failure.ts';
import { indicesOf } from '../../domain/index-ranges.ts';
import type { IndexRanges } from '../../domain/index-ranges.ts';
import type { Live } from '../../domain/live.ts';
import type { Hold, NextLook, VideoRecord } from '../../domain/video.ts';
import type { Lease } from '../ledger.ts';

/**
 * The field of a video's hash for each fact. Names are short, and values but for a failure and a live recording at most 64
 * bytes, so that Redis packs the whole hash into one allocation: https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/
 */
export const recordFields = {
  generation: 'g',
  revision: 'r',
  total: 't',
  done: 'd',
  failed: 'f',
  accepted: 'a',
  published: 'p',
  hold: 'h',
  fresh: 'n',
  announced: 's',
  restarts: 'b',
  asked: 'q',
  invalid: 'i',
  live: 'v',
  nextLook: 'l',
} as const satisfies Record<keyof VideoRecord, string>;

/** Files whose bits one word holds: the widest that BITFIELD and Lua's 32-bit operations share with ease. */
export const wordSize = 25;

/** Fields and values of a record, flat as HSET takes them. */
export function fieldsOf(record: VideoRecord): string[] {
  return (Object.keys(recordFields) as (keyof VideoRecord)[]).flatMap((fact) => {
    const value = record[fact];
    return value === undefined ? [] : [recordFields[fact], valueOf(value)];
  });
}

/** A fact as the text of its field. */
export function valueOf(fact: Exclude<VideoRecord[keyof VideoRecord], undefined>): string {
  if (fact === true) return '1';
  return typeof fact === 'object' ? JSON.stringify(fact) : String(fact);
}

/** The record in a hash. Undefined for an empty hash, which stands for no video. */
export function recordOf(hash: Readonly<Record<string, string>>): VideoRecord | undefined {
  const { g, r, t, d, f, a, p, h, n, s, b, q, i, v, l } = hash;
  if (g === undefined) return undefined;
  return {
    generation: g,
    ...(r === undefined ? {} : { revision: r }),
    total: Number(t),
    done: Number(d),
    failed: Number(f),
    accepted: Number(a),
    ...(p === undefined ? {} : { published: p }),
    ...(h === undefined ? {} : { hold: h as Hold }),
    ...(n === undefined ? {} : { fresh: true }),
    ...(s === undefined ? {} : { announced: s }),
    ...(b === undefined ? {} : { restarts: Number(b) }),
    ...(q === undefined ? {} : { asked: q }),
    ...(i === undefined ? {} : { invalid: JSON.parse(i) as Failure }),
    ...(v === undefined ? {} : { live: JSON.parse(v) as Live }),
    ...(l === undefined ? {} : { nextLook: JSON.parse(l) as NextLook }),
  };
}

/** A hash from the flat list of fields and values that scripts return. */
export function hashOf(flat: readonly string[]): Readonly<Record<string, string>> {
  const hash: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) hash[flat[at] as string] = flat[at + 1] as string;
  return hash;
}

/**
 * Three planes of bits (done, failed, accepted), each of whole words; a file's bit is where GETBIT looks for its index. Zero
 * bytes at the end are left out, which Redis reads as if they were there.
 */
export function planesOf({ record, done, failed, accepted }: Tally): Buffer {
  const { total } = record;
  const planeSize = planeSizeOf(total);
  const planes = Buffer.alloc(Math.ceil((3 * planeSize) / 8));
  for (const [plane, bits] of [done, failed, accepted].entries()) {
    for (const index of indicesOf(rangesOfBits(bits, total))) {
      const at = plane * planeSize + index;
      planes[at >> 3] = (planes[at >> 3] ?? 0) | (0x80 >> (at & 7));
    }
  }
  return planes.subarray(0, planes.findLastIndex((byte) => byte !== 0) + 1);
}

/** The record with the bits in its planes; a missing plane counts as all zero. */
export function tallyOf(record: VideoRecord, planes: Uint8Array): Tally {
  const { total } = record;
  const bitsOf = (plane: number): Bits => {
    const bits = emptyBits(total);
    for (let index = 0; index < total; index++) {
      const at = plane * planeSizeOf(total) + index;
      if ((planes[at >> 3] ?? 0) & (0x80 >> (at & 7))) putBit(bits, index, true);
    }
    return bits;
  };
  return { record, done: bitsOf(0), failed: bitsOf(1), accepted: bitsOf(2) };
}

function planeSizeOf(total: number): number {
  return Math.ceil(total / wordSize) * wordSize;
}

/**
 * Two sets of files as runs of words with the same masks: flat fours of first word, number of words, mask of `some`, mask
 * of `others`. A batch of neighbouring files makes three runs at most. Invalid indices are left out.
 */
export function runsOf(some: readonly number[], others: readonly number[] = []): readonly number[] {
  const masks = new Map<number, [number, number]>();
  for (const [which, files] of [some, others].entries()) {
    for (const index of files) {
      if (!Number.isSafeInteger(index) || index < 0) continue;
      const word = Math.floor(index / wordSize);
      const mask = masks.get(word) ?? [0, 0];
      mask[which as 0 | 1] |= 1 << (wordSize - 1 - (index % wordSize));
      masks.set(word, mask);
    }
  }
  const runs: [number, number, number, number][] = [];
  for (const [word, [one, two]] of [...masks].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === word && last[2] === one && last[3] === two) last[1] += 1;
    else runs.push([word, 1, one, two]);
  }
  return runs.flat();
}

/** A lease as stored by scripts, without its id. */
export function leaseText({ generation, kind, files, ttlMs }: Lease): string {
  return JSON.stringify([generation, kind, files, ttlMs]);
}

/** The inverse of `leaseText`. */
export function leaseOf(id: string, text: string): Lease {
  const [generation, kind, files, ttlMs] = JSON.parse(text) as [string, Lease['kind'], IndexRanges, number];
  return { id, generation, kind, files, ttlMs };
}
