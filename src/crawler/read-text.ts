import { collectPlaylist } from '../domain/playlist-size.ts';
import { placeOf } from '../domain/names/tokens.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Validators } from '../domain/read-playlist.ts';
import type { Source } from '../storage/source.ts';

/** A playlist or JSON document as the source gave it. */
export interface ReadText {
  /** After redirects. */
  readonly finalUrl: string;
  readonly bytes: Uint8Array;
  readonly validators: Validators;
  readonly contentType?: string;
}

/**
 * Reads a text whole.
 *
 * @throws {FlantsError} `hls.limit` when it is longer than `maxBytes`, else as `Source.fetch`
 */
export async function readText(
  source: Pick<Source, 'fetch'>,
  url: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<ReadText> {
  const answer = await source.fetch(url, { kind: 'text', signal });
  if (answer.result === 'not-modified') {
    throw new FlantsError('source.status', `${placeOf(new URL(url))} answers 304 to an unconditional request`, {
      status: 304,
    });
  }
  const { finalUrl, validators, contentType } = answer;
  try {
    const bytes = await collectPlaylist(answer.body, () => placeOf(new URL(finalUrl)), maxBytes);
    return { finalUrl, validators, bytes, ...(contentType ? { contentType } : {}) };
  } finally {
    answer.cancel();
  }
}
