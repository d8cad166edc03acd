import { compareUtf8 } from '../../domain/compare-utf8.ts';
import { GiB, MiB } from '../../domain/units.ts';
import type { ObjectStore, PutOptions, PutResult, StoreLimits, StoredObject } from '../object-store.ts';
import { S3Connection, refusalOf } from './connection.ts';
import type { S3ConnectionOptions, S3Request } from './connection.ts';
import { S3Control } from './control.ts';
import { isMissingObject, isRefusedCondition } from './errors.ts';
import { listPage } from './list.ts';
import { entityTag, integrityHeaders, metadataHeaders, objectOfHeaders, treatmentHeaders } from './object.ts';
import { beginUpload } from './upload.ts';
import type { UploadChecksums } from './upload.ts';
import { assertStorableKey } from '../store-key.ts';
import { rangeOf } from '../body-range.ts';
import { refusalText } from './refusal-text.ts';

/** Options of an S3 store. */
export interface S3StoreOptions extends S3ConnectionOptions {
  /** The prefix of all keys. A slash is appended, and slashes around it are dropped. Empty for the whole bucket. */
  readonly prefix: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const s3Limits: StoreLimits = { maxPutBytes: 5 * GiB, minPartBytes: 5 * MiB, maxPartCount: 10_000 };

/** S3 returns the stored checksum only when asked with this header. */
const withChecksum = [['x-amz-checksum-mode', 'ENABLED']] as const;

/**
 * Opens a bucket (or a prefix in it) of S3 or a compatible store. Sends no request yet.
 *
 * @throws {FlantsError} from all methods, as documented at `ObjectStore`
 */
export function openS3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

class S3Store implements ObjectStore {
  readonly name: string;
  readonly limits = s3Limits;
  readonly #prefix: string;
  readonly #connection: S3Connection;
  readonly #control: S3Control;
  readonly #checksums: UploadChecksums = { areTaken: true };

  constructor(options: S3StoreOptions) {
    const prefix = options.prefix.replace(/^\/+|\/+$/g, '');
    this.#prefix = prefix === '' ? '' : `${prefix}/`;
    this.name = `s3://${options.bucket}/${prefix}`.replace(/\/$/, '');
    this.#connection = new S3Connection(options);
    this.#control = new S3Control(options, this.#connection);
  }

  async head(key: string, { signal }: { readonly signal: AbortSignal }): Promise<StoredObject | undefined> {
    const request: S3Request = { method: 'HEAD', key: this.#full(key), headers: withChecksum, signal };
    const answer = await this.#connection.send(request);
    if (answer.status === 200) return objectOfHeaders(key, answer.headers);
    // A response to HEAD does not tell a missing bucket from a missing object.
    if (answer.status === 404) return undefined;
    throw this.#connection.refusal(request, answer);
  }

  async get(key: string, { signal, range }: Parameters<ObjectStore['get']>[1]): ReturnType<ObjectStore['get']> {
    // The checksum of a whole object says nothing of a range.
    const asked = range ? ([['range', `bytes=${range.from}-${range.to}`]] as const) : withChecksum;
    const request: S3Request = { method: 'GET', key: this.#full(key), headers: asked, signal };
    const { status, headers, body } = await this.#connection.stream(request);
    if (status === 200) return { object: objectOfHeaders(key, headers), body: range ? rangeOf(body, range) : body };
    if (status === 206 && range) return { object: objectOfHeaders(key, headers), body };
    const answer = { status, headers, body: await refusalText(body) };
    if (isMissingObject(refusalOf(answer))) return undefined;
    throw this.#connection.refusal(request, answer);
  }

  async put(key: string, body: Uint8Array, crc32: string, options: PutOptions): Promise<PutResult> {
    const { condition, signal } = options;
    const request: S3Request = {
      method: 'PUT',
      key: this.#full(key),
      headers: putHeaders(crc32, options),
      body,
      signal,
    };
    const answer = await this.#connection.send(request);
    if (answer.status === 200) return { result: 'stored', etag: entityTag(answer.headers.etag ?? '') };
    if (isRefusedCondition(refusalOf(answer), condition)) return { result: 'precondition-failed' };
    throw this.#connection.refusal(request, answer);
  }

  async upload(key: string, options: PutOptions): ReturnType<ObjectStore['upload']> {
    const target = { connection: this.#connection, control: this.#control, checksums: this.#checksums };
    return beginUpload({ ...target, store: this, key: { own: key, full: this.#full(key) } }, options);
  }

  async *list(
    prefix: string,
    options: { readonly signal: AbortSignal; readonly after?: string },
  ): AsyncGenerator<StoredObject> {
    const { signal, after } = options;
    const start = after === undefined ? {} : { after: this.#prefix + after };
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const page = await listPage(
        this.#connection,
        this.#prefix + prefix,
        next === undefined ? start : { next },
        signal,
      );
      next = page.next;
      const objects = page.objects.map((object) => ({
        ...object,
        key: object.key.slice(this.#prefix.length),
        metadata: {},
      }));
      // S3 lists in this order. Some compatible stores sort their pages by the rules of a locale.
      for (const object of objects.toSorted((a, b) => compareUtf8(a.key, b.key))) {
        // Consoles create an object named like the prefix to represent its folder.
        if (object.key !== '' && (after === undefined || compareUtf8(object.key, after) > 0)) yield object;
      }
    }
  }

  async delete(key: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    const request: S3Request = { method: 'DELETE', key: this.#full(key), headers: [], signal };
    const answer = await this.#connection.send(request);
    if (answer.status === 200 || answer.status === 204 || isMissingObject(refusalOf(answer))) return;
    throw this.#connection.refusal(request, answer);
  }

  async close(): Promise<void> {
    await Promise.all([this.#connection.close(), this.#control.close()]);
  }

  #full(key: string): string {
    assertStorableKey(key, this.name);
    return this.#prefix + key;
  }
}

function putHeaders(
  crc32: string,
  { contentType, cacheControl, metadata, condition, integrity, ...treatment }: PutOptions,
): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [
    ['cache-control', cacheControl],
    ['content-type', contentType],
    ...integrityHeaders(crc32, integrity),
    ...treatmentHeaders(treatment),
  ];
  if (condition)
    headers.push('ifMatch' in condition ? ['if-match', condition.ifMatch] : ['if-none-match', condition.ifNoneMatch]);
  if (metadata) headers.push(...metadataHeaders(metadata));
  return headers;
}
