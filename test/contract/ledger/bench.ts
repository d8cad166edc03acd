import { afterEach, beforeEach, expect } from 'vitest';
import { hasBit } from '../../../src/domain/bits.ts';
import type { Bits } from '../../../src/domain/bits.ts';
import type { Change } from '../../../src/domain/change.ts';
import type { VideoRecord } from '../../../src/domain/video.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { open, register } from './changes.ts';
import type { LedgerUnderTest } from './under-test.ts';

export const indicesIn = (bits: Bits, total: number): number[] =>
  Array.from({ length: total }, (_, index) => index).filter((index) => hasBit(bits, index));

/** A new ledger for each test of a suite, and ways to drive the video `v` in it. */
export interface LedgerBench {
  readonly test: LedgerUnderTest;
  readonly ledger: Ledger;
  /** Applies changes, none of which may be stale. Returns the record after them. */
  readonly applyAll: (...changes: readonly Change[]) => Promise<VideoRecord>;
  readonly present: () => Promise<VideoRecord>;
  /** The changes are refused, and leave everything as it was. */
  readonly expectStale: (...changes: readonly Change[]) => Promise<void>;
  /** Opens the video and registers a revision of it. */
  readonly planned: (total?: number, done?: readonly number[]) => Promise<VideoRecord>;
}

/** Creates and closes a ledger around each test of the suite that calls this. */
export function createLedgerBench(create: () => Promise<LedgerUnderTest>): LedgerBench {
  let test: LedgerUnderTest;
  let ledger: Ledger;

  beforeEach(async () => {
    test = await create();
    ledger = test.ledger;
  });

  afterEach(() => test.close());

  const applyAll = async (...changes: readonly Change[]): Promise<VideoRecord> => {
    for (const change of changes) expect((await ledger.apply('v', change)).result).toBe('applied');
    return present();
  };
  const present = async (): Promise<VideoRecord> => {
    const read = await ledger.read('v');
    if (!read) throw new Error('the video is unknown');
    return read;
  };
  const expectStale = async (...changes: readonly Change[]): Promise<void> => {
    const before = await ledger.tally('v');
    for (const change of changes) {
      expect(await ledger.apply('v', change)).toEqual({ result: 'stale', record: before?.record });
    }
    expect(await ledger.tally('v')).toEqual(before);
  };
  const planned = (total = 10, done: readonly number[] = []): Promise<VideoRecord> =>
    applyAll(open('g1'), register('g1', 'g2', 'r1', total, done));
  return {
    get test() {
      return test;
    },
    get ledger() {
      return ledger;
    },
    applyAll,
    present,
    expectStale,
    planned,
  };
}
