import { extname } from 'node:path';
import type { Totals } from '../../domain/report/copy.ts';
import { MiB } from '../../domain/units.ts';
import type { Executor } from '../../executor/executor.ts';
import type { S3Credentials } from '../../storage/s3/credentials.ts';
import type { FunctionMeter } from '../functions/meter.ts';
import { openLambdaExecutor } from '../functions/executor.ts';
import { credentialsForThreads, openThreads } from '../open/threads.ts';
import { storeRequestsOf } from '../limits.ts';
import type { ProcessLimits } from '../limits.ts';
import type { CopyPlaces } from '../open/threads.ts';
import { emit } from './emit.ts';
import type { CopyContext } from './report-run.ts';

/** Bytes of bodies that all threads together hold in memory. */
const heldBytes = 96 * MiB;

/**
 * Opens what copies the files of a run: threads, or functions of AWS Lambda.
 *
 * @param credentials - of the destination, for threads
 * @returns with a meter where it is paid by use
 * @throws {FlantsError} as `fitToProcess` and `openLambdaExecutor`
 */
export async function openExecutor(
  { options, hooks, state }: CopyContext,
  { limits, ...places }: CopyPlaces & { readonly limits: ProcessLimits },
  credentials: () => Promise<S3Credentials | undefined>,
): Promise<{ readonly executor: Executor; readonly meter?: FunctionMeter }> {
  const { lambda } = options;
  if (lambda) {
    return openLambdaExecutor({ ...options, lambda, limits }, places, {
      onTrouble: ({ message, log }) => emit(hooks, { type: 'warning', message, ...(log === undefined ? {} : { log }) }),
      signal: hooks.signal,
    });
  }
  const executor = await openThreads({ ...places, ...storeRequestsOf(limits) }, options, {
    worker: new URL(`../ant${extname(import.meta.filename)}`, import.meta.url),
    heldBytesOf: (threads) => Math.ceil(heldBytes / threads),
    // What all was published of most probably is as it was. Otherwise threads start while the first playlists are read.
    startsLate: !options.recheck && isAllPublished(state.tracker.totals()),
    extra: await credentialsForThreads(places.source, credentials),
    onReduced: (message) => emit(hooks, { type: 'warning', message }),
  });
  return { executor };
}

function isAllPublished({ videos }: Totals): boolean {
  const { published, ...others } = videos;
  return published > 0 && Object.values(others).every((count) => count === 0);
}
