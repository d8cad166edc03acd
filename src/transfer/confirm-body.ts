import type { FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/read-playlist.ts';
import { measureBody } from '../storage/checksum.ts';
import type { Source } from '../storage/source.ts';
import { mediaRequest } from './media-request.ts';
import type { Content } from './place-object.ts';

/**
 * Confirms a body whose end was marked only by the end of its connection, by fetching it again: two connections are
 * unlikely to be cut at the same byte.
 *
 * @throws {FlantsError} `source.short-body` when the two bodies differ; else as `Source.fetch`
 */
export async function confirmBody(
  task: Pick<FileTask, 'url' | 'fetchUrl' | 'cookie'>,
  content: Content,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const refetched = await source.fetch(task.fetchUrl, mediaRequest(task, signal));
  if (refetched.result === 'not-modified') {
    throw new FlantsError('source.status', `${task.url} answers 304 to an unconditional request`, { status: 304 });
  }
  try {
    const { sizeBytes, crc32 } = await measureBody(refetched.body, content.sizeBytes);
    if (sizeBytes === content.sizeBytes && crc32 === content.crc32) return;
    throw new FlantsError(
      'source.short-body',
      `${task.url} comes without a length and differs when it is fetched again: the connection was cut`,
    );
  } finally {
    refetched.cancel();
  }
}

/**
 * Confirms that the source still has the bytes that were fetched, so that an ant that was delayed does not overwrite
 * what another has fetched since. Call it after looking at the object at the destination, and then replace exactly that
 * object.
 *
 * @param validators - of the body that was fetched
 * @throws {FlantsError} `source.changed` when the source has different bytes now; else as `Source.fetch`
 */
export async function confirmCurrent(
  task: Pick<FileTask, 'url' | 'fetchUrl' | 'cookie'>,
  { content, validators }: { readonly content: Content; readonly validators: Validators },
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const refetched = await source.fetch(task.fetchUrl, { ...mediaRequest(task, signal), unless: validators });
  if (refetched.result === 'not-modified') return;
  try {
    const { sizeBytes, crc32 } = await measureBody(refetched.body, content.sizeBytes);
    if (sizeBytes === content.sizeBytes && crc32 === content.crc32) return;
    throw new FlantsError('source.changed', `${task.url} has changed since it was fetched`);
  } finally {
    refetched.cancel();
  }
}

/** @returns the error for a body without a length that is too large to be fetched again for confirmation */
export function tooLargeToConfirm(task: Pick<FileTask, 'url'>, maxHeldBytes: number): FlantsError {
  return new FlantsError(
    'source.short-body',
    `${task.url} has more than ${maxHeldBytes} bytes and comes without a length (neither Content-Length nor chunked): whether it is whole cannot be told`,
    { retryable: false },
  );
}
