import type { IndexRanges } from '../domain/index-ranges.ts';
import type { Lease } from './ledger.ts';

type Claim = Pick<Lease, 'id' | 'kind' | 'files'>;

/**
 * Whether two leases of one generation exclude each other: two of kind crawl or publish, or two batches that share a file.
 */
export function leasesConflict(one: Claim, other: Claim): boolean {
  if (one.id === other.id || (one.kind === 'batch') !== (other.kind === 'batch')) return false;
  return one.kind !== 'batch' || overlap(one.files, other.files);
}

function overlap(some: IndexRanges, others: IndexRanges): boolean {
  let [a, b] = [0, 0];
  for (;;) {
    const [left, right] = [some[a], others[b]];
    if (!left || !right) return false;
    if (left[1] <= right[0]) a += 1;
    else if (right[1] <= left[0]) b += 1;
    else return true;
  }
}
