import type { RevisionDigest, VideoId } from '../domain/video.ts';
import type { Lease, Ledger } from './ledger.ts';

/** Renewals in the lifetime of a lease. Two in a row may fail before it expires. */
const renewalsPerTerm = 3;

/**
 * Runs work under a lease, which it acquires (or resumes) and keeps renewing. The caller releases the lease.
 *
 * @param revision - as of `Ledger.lease`
 * @returns the result of the work, or undefined when the lease was refused and the work did not run
 */
export async function underLease<T>(
  video: VideoId,
  lease: Lease,
  ledger: Pick<Ledger, 'lease' | 'renew'>,
  work: () => Promise<T>,
  revision?: RevisionDigest,
): Promise<{ readonly value: T } | undefined> {
  if (!(await ledger.lease(video, lease, revision))) return undefined;
  const renewing = setInterval(() => {
    // A ledger that is away now may be back before the term is over; a lease that is lost costs a second look, no file.
    void ledger.renew(video, lease.id, lease.ttlMs).catch(() => undefined);
  }, lease.ttlMs / renewalsPerTerm);
  try {
    return { value: await work() };
  } finally {
    clearInterval(renewing);
  }
}
