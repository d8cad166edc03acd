import type { BatchJob } from '../domain/batch.ts';
import { asWait, chargeOf, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Locator, PlanUrls } from '../storage/locator.ts';

/** Where the files of a batch are fetched from, or why that cannot be told. */
export type LoadedUrls =
  | { readonly result: 'loaded'; readonly urls: PlanUrls }
  /** The source has another plan by now, or none any more: what that means is for a crawl to say. */
  | { readonly result: 'replanned' }
  /** Its playlists cannot be read now. The failure has charge `wait`: no file is to blame. */
  | { readonly result: 'unreadable'; readonly failure: Failure };

/**
 * Asks for the URLs of a batch's files.
 *
 * @throws {FlantsError} `state.unusable`, and what `signal` was aborted with
 */
export async function loadUrls(
  { video, revision, urlsSpentAt }: BatchJob,
  locator: Locator,
  signal: AbortSignal,
): Promise<LoadedUrls> {
  const spent = urlsSpentAt === undefined ? {} : { expiredAt: urlsSpentAt };
  try {
    const urls = await locator.load(video, revision, { ...spent, signal });
    return urls ? { result: 'loaded', urls } : { result: 'replanned' };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error);
    if (failure.code === 'state.unusable') throw error;
    const charge = chargeOf(failure);
    if (charge !== 'try' && charge !== 'wait') return { result: 'replanned' };
    return { result: 'unreadable', failure: asWait(failure) };
  }
}
