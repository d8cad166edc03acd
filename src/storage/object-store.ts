/** An object's metadata in the store. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Opaque; changes whenever the bytes do. */
  readonly etag: string;
  /** CRC-32 of the whole object, eight lower-case hex digits; absent where the store does not keep it. */
  readonly crc32?: string;
  /** User metadata, names in lower case; empty where the store keeps none. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

/** Write only if the key is free, only over the object that was seen, or unconditionally. RFC 9110 section 13.1. */
export type WriteCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string } | undefined;

/** Metadata and condition of a write. */
export interface PutOptions {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly condition?: WriteCondition;
  readonly signal: AbortSignal;
}

/** `precondition-failed`: the key is taken, holds another object than the one seen, or is free again. */
export type PutResult =
  | { readonly result: 'stored'; readonly etag: string }
  | { readonly result: 'precondition-failed' };

/** Limits of the store, as data. */
export interface StoreLimits {
  /** Largest object that one `put` may send. */
  readonly maxPutBytes: number;
  /** Smallest part but the last, and most parts, of one upload. */
  readonly minPartBytes: number;
  readonly maxPartCount: number;
}

/** A multipart upload. The object appears as a whole at `complete`, or never. */
export interface Upload {
  /**
   * Sends part `number` (from 1). Parts may go in parallel; each but the last is at least `limits.minPartBytes`.
   */
  part(number: number, body: Uint8Array, options: { readonly signal: AbortSignal }): Promise<void>;
  /** @param crc32 - of the whole object; refused with `store.checksum` where the store can tell */
  complete(crc32: string): Promise<PutResult>;
  /** Gives up and frees the parts. Never throws. */
  abort(): Promise<void>;
}

/**
 * Where a library is copied to: the keys below one prefix of a bucket or folder.
 *
 * Every method throws `FlantsError` with `store.denied` (no right), `store.no-bucket`, `store.credentials`,
 * `store.full`, `store.throttled`, `store.checksum` (the bytes that arrived are not those that were sent),
 * `store.key` (this store cannot hold this key), `store.status`, `store.unreachable`, `store.timeout`, or `aborted`.
 * None retries, since retries are decided in `domain/settle`. A key always shows exactly one complete write.
 */
export interface ObjectStore {
  /** For messages: `s3://bucket/prefix` or a path. */
  readonly name: string;
  readonly limits: StoreLimits;
  /** What stands under the key; undefined where nothing does. `crc32` is told where the store keeps it or can read it cheaply. */
  head(key: string, options: { readonly signal: AbortSignal }): Promise<StoredObject | undefined>;
  /** The object and its bytes; undefined where nothing stands. The body must be read to the end, or left by `return()`. */
  get(
    key: string,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly object: StoredObject; readonly body: AsyncIterable<Uint8Array> } | undefined>;
  /** Writes the whole object; the store is given `crc32` to refuse other bytes. */
  put(key: string, body: Uint8Array, crc32: string, options: PutOptions): Promise<PutResult>;
  /** Begins an upload in parts, for objects above `limits.maxPutBytes` or too large to hold. */
  upload(key: string, options: PutOptions): Promise<Upload>;
  /** Keys that start with `prefix` and come after `after` (exclusive), in ascending order of their UTF-8 bytes. `crc32` and metadata are not told. */
  list(prefix: string, options: { readonly signal: AbortSignal; readonly after?: string }): AsyncIterable<StoredObject>;
  /** Deletes what stands there; nothing there is no error. */
  delete(key: string, options: { readonly signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** What a store guards and keeps, as found by a probe. */
export interface StoreCapabilities {
  /** `If-None-Match: *` keeps what is there. */
  readonly createOnly: boolean;
  /** `If-Match` keeps what is not the object seen. */
  readonly replaceOnly: boolean;
  /** Bytes that are not those of their checksum are refused. */
  readonly checksums: boolean;
  /** User metadata is kept and told by `head`. */
  readonly metadata: boolean;
}
