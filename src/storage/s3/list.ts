import { FlantsError } from '../../domain/failure.ts';
import { collectBody } from '../body-range.ts';
import type { StoredObject } from '../object-store.ts';
import { refusalOf } from './connection.ts';
import type { S3Connection, S3Request } from './connection.ts';
import { refusalError, unescapeXml } from './errors.ts';
import { entityTag } from './object.ts';
import { canonicalQuery } from './sigv4.ts';

/** One page of a listing. Keys include the prefix. */
export interface S3Page {
  readonly objects: readonly Pick<StoredObject, 'key' | 'sizeBytes' | 'etag' | 'storageClass'>[];
  /** The continuation token of the next page. Absent on the last one. */
  readonly next?: string;
}

/**
 * Lists up to 1,000 keys below a prefix, after a given key or from the end of another page.
 *
 * With the SDK, parsing a page costs as much as copying a hundred files, and loading it takes 35 MB.
 *
 * @throws {FlantsError} as `ObjectStore.list`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export async function listPage(
  connection: S3Connection,
  prefix: string,
  from: { readonly after?: string; readonly next?: string },
  signal: AbortSignal,
): Promise<S3Page> {
  const query = canonicalQuery({
    'list-type': '2',
    // XML cannot represent every character of a key.
    'encoding-type': 'url',
    prefix,
    ...(from.after === undefined ? {} : { 'start-after': from.after }),
    ...(from.next === undefined ? {} : { 'continuation-token': from.next }),
  });
  const request: S3Request = { method: 'GET', key: '', query, headers: [], signal };
  const { status, headers, body } = await connection.stream(request);
  const text = (await collectBody(body)).toString('utf8');
  if (status !== 200)
    throw refusalError(refusalOf({ status, headers, body: text }), connection.attempt('list', prefix));
  const page = parsePage(text);
  const isEndless = page?.next !== undefined && page.next === from.next;
  if (page && !isEndless) return page;
  throw new FlantsError(
    'store.status',
    `${connection.attempt('list', prefix).place} is answered with something other than a listing, or one that does not say where it goes on`,
    { retryable: true },
  );
}

/** Parses the XML of a page. Undefined if it is something else, cut off, or goes on without saying where. */
export function parsePage(xml: string): S3Page | undefined {
  if (!/<ListBucketResult[\s>]/.test(xml) || !xml.includes('</ListBucketResult>')) return undefined;
  const outside = xml.replace(/<Contents>.*?<\/Contents>/gs, '');
  const isEncoded = textOf(outside, 'EncodingType') === 'url';
  const goesOn = textOf(outside, 'IsTruncated') === 'true';
  const next = goesOn ? textOf(outside, 'NextContinuationToken') : undefined;
  if (goesOn && next === undefined) return undefined;
  const listed = Array.from(xml.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, object = '']) => ({
    key: textOf(object, 'Key') ?? '',
    sizeBytes: Number(textOf(object, 'Size') ?? 0),
    etag: entityTag(textOf(object, 'ETag') ?? ''),
    ...classOf(textOf(object, 'StorageClass')),
  }));
  // Some say that keys are encoded, and give them plain.
  const decoded = isEncoded ? listed.map(({ key }) => decodeKey(key)) : [];
  const objects =
    isEncoded && !decoded.includes(undefined)
      ? listed.map((object, at) => ({ ...object, key: decoded[at] as string }))
      : listed;
  return { objects, ...(next === undefined ? {} : { next }) };
}

/** HEAD leaves out the usual one. */
function classOf(storageClass: string | undefined): Pick<StoredObject, 'storageClass'> {
  return storageClass === undefined || storageClass === 'STANDARD' ? {} : { storageClass };
}

function textOf(xml: string, name: string): string | undefined {
  const start = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, start);
  return start === -1 || end === -1 ? undefined : unescapeXml(xml.slice(start + name.length + 2, end));
}

/** Decodes a key of a listing: S3 encodes them like form data. Undefined if it was never encoded. */
function decodeKey(key: string): string | undefined {
  if (/[^\u0021-\u007e]/.test(key)) return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
