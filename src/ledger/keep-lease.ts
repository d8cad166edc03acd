import type { VideoId } from '../domain/video.ts';
import type { Lease, Ledger } from './ledger.ts';

/** Renewed so often in the time that it lasts: two renewals may fail before it is lost. */
const renewalsPerTerm = 3;

/**
 * Works under a lease: takes it, or takes it up again, and renews it until the work is over. Who did the work ends it.
 *
 * @returns what the work gave; undefined when the lease was refused, so that the work is somebody else's or nobody's
 */
export async function underLease<T>(
  video: VideoId,
  lease: Lease,
  ledger: Ledger,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  if (!(await ledger.lease(video, lease))) return undefined;
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
