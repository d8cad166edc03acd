import { mediaTypeOf } from '../../domain/media-type.ts';
import type { Validators } from '../../domain/read-playlist.ts';
import type { FetchedObject } from '../source.ts';
import { completeSize, exactly } from './content-range.ts';
import { contentCodings, decodeBody } from './decode.ts';
import type { Answer } from '../wire/exchange.ts';
import { isChunked } from '../wire/framing.ts';
import { firstOf as first } from './headers.ts';

/**
 * The object that an answer of status 200 or 206 brings.
 *
 * @param url - where it came from, for the object and for messages
 * @throws {FlantsError} `source.short-body` for a part of the object, and as `decodeBody`
 */
export function fetchedFrom(answer: Answer, url: URL): FetchedObject {
  const { headers, body } = answer;
  const contentType = mediaTypeOf(first(headers['content-type']));
  const length = first(headers['content-length']);
  const link = headers['link'] === undefined ? '' : [headers['link']].flat().join(', ');
  const date = first(headers.date);
  try {
    // While it is read, the connection checks that as many bytes arrive as were announced.
    const announced = length === undefined ? undefined : Number(length);
    const size = answer.status === 206 ? completeSize(first(headers['content-range']), announced, url) : announced;
    const sent = size === undefined || size === announced ? body : exactly(size, body, url);
    // Nothing was coded where nothing comes.
    const codings = size === 0 ? [] : contentCodings(first(headers['content-encoding']));
    const isCoded = codings.length > 0;
    const isUnframed = size === undefined && !isCoded && !isChunked(headers);
    return {
      result: 'fetched',
      finalUrl: url.href,
      validators: validatorsOf(first(headers.etag), first(headers['last-modified'])),
      ...(contentType === undefined ? {} : { contentType }),
      ...(link === '' ? {} : { link }),
      ...(date === undefined ? {} : { date }),
      ...(size === undefined || isCoded ? {} : { sizeBytes: size }),
      ...(isUnframed ? { isUnframed } : {}),
      body: decodeBody(sent, codings, url),
      cancel: () => body.cancel(),
    };
  } catch (error) {
    body.cancel();
    throw error;
  }
}

/** Whether a server answers with a range, which nobody asked for, and says which. */
export function isRange({ status, headers }: Answer): boolean {
  return status === 206 && headers['content-range'] !== undefined;
}

function validatorsOf(etag: string | undefined, lastModified: string | undefined): Validators {
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) };
}
