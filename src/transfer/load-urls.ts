import type { BatchJob } from '../domain/batch.ts';
import { asWait, chargeOf, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { mayInsist } from '../domain/settle.ts';
import type { Locator, PlanUrls } from '../storage/locator.ts';

/** The URLs to fetch a batch's files from, or why there are none. */
export type LoadedUrls =
  | { readonly result: 'loaded'; readonly urls: PlanUrls }
  /** The source has another plan now, or none. The next crawl finds out which. `unread`: why there is none here. */
  | { readonly result: 'replanned'; readonly unread?: Failure }
  /** The playlists cannot be read now. The failure has charge `wait`, since no file is to blame. */
  | { readonly result: 'unreadable'; readonly failure: Failure };

/**
 * Loads the URLs of a batch's files.
 *
 * @throws {FlantsError} `state.unusable`; also throws the reason of `signal`
 */
export async function loadUrls(
  job: BatchJob,
  { locator, now }: { readonly locator: Locator; readonly now: () => number },
  signal: AbortSignal,
): Promise<LoadedUrls> {
  const { video, revision, urlsSpentAt } = job;
  const spent = urlsSpentAt === undefined ? {} : { expiredAt: urlsSpentAt };
  try {
    const urls = await locator.load(video, revision, { ...spent, insists: mayInsist(job, now()), signal });
    return urls ? { result: 'loaded', urls } : { result: 'replanned' };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error);
    if (failure.code === 'state.unusable') throw error;
    const charge = chargeOf(failure);
    if (charge !== 'try' && charge !== 'wait') return { result: 'replanned', unread: failure };
    return { result: 'unreadable', failure: asWait(failure) };
  }
}
