import type { IncomingHttpHeaders } from 'node:http';
import type { ObjectTreatment } from '../../domain/object-headers.ts';
import type { Integrity, StoredObject } from '../object-store.ts';
import { base64OfHex, hexOfBase64 } from '../checksum.ts';

const metadataPrefix = 'x-amz-meta-';

/** Reads an object's metadata from the headers of HEAD and GET. */
export function objectOfHeaders(key: string, headers: IncomingHttpHeaders): StoredObject {
  const metadata: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (name.startsWith(metadataPrefix) && typeof value === 'string')
      metadata[name.slice(metadataPrefix.length)] = value;
  }
  const crc32 = wholeCrc32(headers);
  const { 'content-type': contentType, 'content-encoding': contentEncoding, 'cache-control': cacheControl } = headers;
  const own = (name: string): string | undefined => {
    const value = headers[`x-amz-${name}`];
    return typeof value === 'string' ? value : undefined;
  };
  const [storageClass, encryption, tagCount] = [
    own('storage-class'),
    own('server-side-encryption'),
    own('tagging-count'),
  ];
  return {
    key,
    sizeBytes: Number(/\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length'] ?? 0),
    etag: entityTag(headers.etag ?? ''),
    ...(crc32 === undefined ? {} : { crc32 }),
    metadata,
    ...(contentType === undefined ? {} : { contentType }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(tagCount === undefined ? {} : { tagCount: Number(tagCount) }),
  };
}

/** Headers of a PUT that say how the object is to be treated. */
export function treatmentHeaders({ storageClass, encryption, tags }: ObjectTreatment): (readonly [string, string])[] {
  if (storageClass === undefined && encryption === undefined && tags === undefined) return [];
  return [
    ...(storageClass === undefined ? [] : ([['x-amz-storage-class', storageClass]] as const)),
    ...(encryption === undefined ? [] : ([['x-amz-server-side-encryption', encryption.algorithm]] as const)),
    ...(encryption?.keyId === undefined
      ? []
      : ([['x-amz-server-side-encryption-aws-kms-key-id', encryption.keyId]] as const)),
    ...(tags === undefined ? [] : ([['x-amz-tagging', tagText(tags)]] as const)),
  ];
}

/** Tags as the query string that S3 wants. */
export function tagText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** Headers of user metadata. */
export function metadataHeaders(metadata: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (const name in metadata) headers.push([metadataPrefix + name, metadata[name] as string]);
  return headers;
}

/** Headers by which a store refuses other bytes than those that were sent. */
export function integrityHeaders(crc32: string, integrity: Integrity): (readonly [string, string])[] {
  if (integrity === 'none') return [];
  return integrity ? [['content-md5', integrity.md5]] : [['x-amz-checksum-crc32', base64OfHex(crc32)]];
}

/**
 * The ETag of the store, to be compared and sent back: with the quotes that some stores omit, and without the mark of
 * weakness that a compressing proxy before the store adds. If-Match never matches a weak one (RFC 9110 section 13.1.1).
 * Empty if the store does not tell.
 */
export function entityTag(etag: string): string {
  const strong = etag.startsWith('W/') ? etag.slice(2) : etag;
  if (strong === '' || strong === '""') return '';
  return strong.endsWith('"') ? strong : `"${strong}"`;
}

/**
 * Ignores composite checksums (over the parts' checksums, written with `-` and their number): they are not of the
 * object.
 */
function wholeCrc32(headers: IncomingHttpHeaders): string | undefined {
  const value = headers['x-amz-checksum-crc32'];
  if (typeof value !== 'string' || value.includes('-') || headers['x-amz-checksum-type'] === 'COMPOSITE')
    return undefined;
  return hexOfBase64(value);
}
