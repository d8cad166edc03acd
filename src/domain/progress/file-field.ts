import { rangesOfBits } from '../bits.ts';
import type { Bits } from '../bits.ts';
import type { IndexRanges } from '../index-ranges.ts';
import type { FileField } from './live-view.ts';

/** What is known of the files of a video, as bits. */
export interface FieldBits {
  readonly total: number;
  readonly done: Bits;
  readonly failed: Bits;
  readonly accepted: Bits;
  readonly inFlight: IndexRanges;
}

/** The field as it travels. */
export function fieldOf({ total, done, failed, accepted, inFlight }: FieldBits): FileField {
  const [failedRanges, acceptedRanges] = [rangesOfBits(failed, total), rangesOfBits(accepted, total)];
  return {
    done: Buffer.from(done.buffer, done.byteOffset, done.byteLength).toString('hex'),
    ...(failedRanges.length > 0 ? { failed: failedRanges } : {}),
    ...(acceptedRanges.length > 0 ? { accepted: acceptedRanges } : {}),
    ...(inFlight.length > 0 ? { inFlight } : {}),
  };
}
