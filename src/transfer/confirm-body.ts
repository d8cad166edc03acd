import type { FileTask } from '../domain/batch.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/revision.ts';
import { measureBody } from '../storage/checksum.ts';
import type { Source } from '../storage/source.ts';
import type { Content } from './place-object.ts';

/**
 * Proves a body that nothing but the end of its connection ended: it is whole when it comes a second time as it
 * came the first. One that was cut is hardly cut twice at the same byte.
 *
 * @throws {FlantsError} `source.short-body` when the two differ, else as `Source.fetch`
 */
export async function confirmBody(
  task: Pick<FileTask, 'url' | 'fetchUrl'>,
  content: Content,
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const again = await source.fetch(task.fetchUrl, { kind: 'media', signal });
  if (again.result === 'not-modified') {
    throw new FlantsError('source.status', `${task.url} answers 304 to an unconditional request`, { status: 304 });
  }
  try {
    const { sizeBytes, crc32 } = await measureBody(again.body, content.sizeBytes);
    if (sizeBytes === content.sizeBytes && crc32 === content.crc32) return;
    throw new FlantsError(
      'source.short-body',
      `${task.url} comes without a length and differs when it is fetched again: the connection was cut`,
    );
  } finally {
    again.cancel();
  }
}

/**
 * Makes sure that the source still has the bytes that were fetched: an ant that was held up is not to put them over
 * what another fetched since. Asked after the look at what stands there, it holds for the write over just that.
 *
 * @param validators - of the body that was fetched
 * @throws {FlantsError} `source.changed` when the source has others by now, else as `Source.fetch`
 */
export async function confirmCurrent(
  task: Pick<FileTask, 'url' | 'fetchUrl'>,
  { content, validators }: { readonly content: Content; readonly validators: Validators },
  source: Source,
  signal: AbortSignal,
): Promise<void> {
  const now = await source.fetch(task.fetchUrl, { kind: 'media', signal, unless: validators });
  if (now.result === 'not-modified') return;
  try {
    const { sizeBytes, crc32 } = await measureBody(now.body, content.sizeBytes);
    if (sizeBytes === content.sizeBytes && crc32 === content.crc32) return;
    throw new FlantsError('source.changed', `${task.url} has changed since it was fetched`);
  } finally {
    now.cancel();
  }
}

/** @returns what to say of a body that is too large to be fetched a second time for its proof */
export function tooLargeToConfirm(task: Pick<FileTask, 'url'>, maxHeldBytes: number): FlantsError {
  return new FlantsError(
    'source.short-body',
    `${task.url} has more than ${maxHeldBytes} bytes and comes without a length (neither Content-Length nor chunked): whether it is whole cannot be told`,
    { retryable: false },
  );
}
