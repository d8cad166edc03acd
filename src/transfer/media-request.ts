import type { FileTask } from '../domain/batch.ts';
import type { FetchOptions } from '../storage/source.ts';

/** How a file is requested, unconditionally. */
export function mediaRequest({ cookie }: Pick<FileTask, 'cookie'>, signal: AbortSignal): FetchOptions {
  return { kind: 'media', signal, ...(cookie === undefined ? {} : { cookie }) };
}
