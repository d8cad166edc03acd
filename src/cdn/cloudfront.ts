import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { Cdn } from './cdn.ts';
import { openCloudFrontApi } from './cloudfront-api.ts';
import type { CloudFrontAccess, CloudFrontApi } from './cloudfront-api.ts';
import { countPaths, createProgressWindow } from './progress-window.ts';
import { pathsBelow, pathsOf } from './viewer-path.ts';
import type { ViewerPaths } from './viewer-path.ts';

/** Which distribution, and how it shows the destination. */
export interface CloudFrontOptions extends CloudFrontAccess {
  /** Path by which players reach the destination. Absent: as the distribution's origin says. */
  readonly prefix?: string;
  /** The destination, where it is a bucket. */
  readonly bucket?: { readonly bucket: string; readonly prefix: string };
  /** How long to wait between two looks at what is under way. Absent: as usual. */
  readonly pollMs?: number;
}

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html */
const underWay = { maxPaths: 3_000, maxWildcards: 15 } as const;
/** Less than all that may be under way, so that the next request need not wait for the whole of the last. */
const inOneRequest = { maxPaths: 1_000, maxWildcards: 15 } as const;
const usualPollMs = 10 * second;
/** Refusals in a row for what others have under way, before the caller is told to come back. */
const maxRefusals = 6;

/**
 * After a request that was given up, the next ones are told to come back, for as long as that one has taken: each would
 * hold its publisher as long, and those of videos that want no invalidation would have none.
 */
interface Rest {
  readonly untilMs: number;
  readonly failure: Failure;
}

/**
 * Opens a distribution of Amazon CloudFront. Without a prefix it is asked for its origins, and so whether it is there at all.
 *
 * @throws {FlantsError} `usage` where none of its origins is the destination, and as `Cdn.invalidate`
 */
export async function openCloudFront(
  options: CloudFrontOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<Cdn> {
  const api = openCloudFrontApi(options);
  try {
    return cloudFrontOver(api, options, await viewerPaths(api, options, signal));
  } catch (error) {
    await api.close();
    throw error;
  }
}

function cloudFrontOver(api: CloudFrontApi, options: CloudFrontOptions, pathOf: ViewerPaths): Cdn {
  const { distribution, pollMs = usualPollMs } = options;
  const window = createProgressWindow(
    underWay,
    async (id, { signal }) => {
      try {
        return (await api.getInvalidation(id, signal)).isDone;
      } catch (error) {
        signal.throwIfAborted();
        if (passes(error)) throw error;
        return undefined;
      }
    },
    pollMs,
  );
  const send: Cdn['invalidate'] = async ({ reference, paths }, { signal }) => {
    const counts = countPaths(paths);
    for (let refusals = 0; ; refusals++) {
      await window.room(counts, { signal });
      try {
        const { id, isDone } = await api.createInvalidation(reference, paths, signal);
        if (!isDone) window.add(id, counts);
        return;
      } catch (error) {
        const isBusy = error instanceof FlantsError && error.code === 'cdn.throttled';
        if (!isBusy || refusals === maxRefusals) throw error;
        await sleep(Math.min(pollMs, error.failure.retryAfterMs ?? pollMs), undefined, { signal });
      }
    }
  };
  let rest: Rest | undefined;
  const sendUnlessResting: Cdn['invalidate'] = async (request, { signal }) => {
    const startedAt = performance.now();
    if (rest && rest.untilMs > startedAt) {
      const { code, message } = rest.failure;
      throw new FlantsError(code, message, { retryAfterMs: Math.ceil(rest.untilMs - startedAt) });
    }
    try {
      await send(request, { signal });
    } catch (error) {
      const endedAt = performance.now();
      if (passes(error)) rest = { untilMs: endedAt + (endedAt - startedAt), failure: error.failure };
      throw error;
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: `CloudFront distribution ${distribution}`,
    limits: inOneRequest,
    pathOf,
    // One after another: each must know what the others have under way, and CloudFront wants no more of them at a time.
    invalidate(request, { signal }) {
      const sent = last.then(() => {
        signal.throwIfAborted();
        return sendUnlessResting(request, { signal });
      });
      last = sent.catch(() => undefined);
      return sent;
    },
    close: () => api.close(),
  };
}

function passes(error: unknown): error is FlantsError {
  return error instanceof FlantsError && error.failure.retryable;
}

async function viewerPaths(
  api: CloudFrontApi,
  { distribution, prefix, bucket }: CloudFrontOptions,
  signal: AbortSignal,
): Promise<ViewerPaths> {
  if (prefix !== undefined) return pathsBelow(prefix);
  const advice = 'give --invalidate-prefix: the path by which players reach the destination, / where it is the root';
  if (!bucket) throw new FlantsError('usage', `how ${distribution} leads to a folder cannot be known: ${advice}`);
  const found = pathsOf(bucket, await api.origins(signal));
  if (found) return found;
  const place = `s3://${bucket.bucket}/${bucket.prefix}`;
  throw new FlantsError('usage', `no origin of the distribution ${distribution} is ${place}: ${advice}`);
}
