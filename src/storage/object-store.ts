import type { ObjectTreatment } from '../domain/object-headers.ts';

/** An object's metadata in the store. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Opaque; changes whenever the bytes do. */
  readonly etag: string;
  /** CRC-32 of the whole object, eight lower-case hex digits. Absent if the store does not keep it. */
  readonly crc32?: string;
  /** User metadata, with lower-case names. Empty if the store keeps none. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /** Content codings in which the bytes are stored, as the store tells players. Absent if there is none. */
  readonly contentEncoding?: string;
  /** Absent if the store keeps none. */
  readonly cacheControl?: string;
  /** Absent if it is the usual one, or if the store has none. */
  readonly storageClass?: string;
  /** Algorithm by which the store says that it encrypts the object. */
  readonly encryption?: string;
  /** Number of tags, where the store tells it. */
  readonly tagCount?: number;
}

/** Positions of the first and the last byte to read, from 0. RFC 9110 section 14.1.2. */
export interface ReadRange {
  readonly from: number;
  readonly to: number;
}

/** Write only if the key is free, only over the object that was seen, or unconditionally. RFC 9110 section 13.1. */
export type WriteCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string } | undefined;

/**
 * What a store is told of the bytes that it is sent, so that it can refuse others: their CRC-32 if nothing else is
 * said, their MD5 in base64 (RFC 1864), or nothing.
 */
export type Integrity = { readonly md5: string } | 'none' | undefined;

/** How `If-Match` wants an ETag: as HTTP has it, or without its quotes. */
export type EtagForm = 'quoted' | 'bare';

/**
 * Metadata, treatment and condition of a write. Of the treatment a store that knows no such thing may ignore what it
 * likes: `tryHeaders` finds out.
 */
export interface PutOptions extends ObjectTreatment {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly condition?: WriteCondition;
  readonly integrity?: Integrity;
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
  /** The minimum size of all parts of an upload except the last, and the maximum number of parts. */
  readonly minPartBytes: number;
  readonly maxPartCount: number;
}

/** A multipart upload. The object appears as a whole at `complete`, or never. */
export interface Upload {
  /**
   * Sends part `number` (from 1). Parts may be sent in parallel. Each except the last has at least
   * `limits.minPartBytes`.
   */
  part(
    number: number,
    body: Uint8Array,
    options: { readonly signal: AbortSignal; readonly integrity?: Integrity },
  ): Promise<void>;
  /**
   * Completes the upload.
   *
   * @param crc32 - of the whole object; other bytes are refused with `store.checksum` where the store can check them
   */
  complete(crc32: string): Promise<PutResult>;
  /** Aborts the upload and frees its parts. Never throws. */
  abort(): Promise<void>;
}

/**
 * Where a library is copied to: the keys below one prefix of a bucket or folder.
 *
 * Every method throws `FlantsError` with `store.denied` (no right), `store.no-bucket`, `store.credentials`,
 * `store.full`, `store.throttled`, `store.checksum` (the bytes that arrived are not those that were sent),
 * `store.key` (this store cannot hold this key), `store.status`, `store.unreachable`, `store.timeout`, or `aborted`.
 * None retries, since retries are decided in `domain/settle`, but for single requests of an upload
 * (`persist-uploads.ts`). A key always shows exactly one complete write.
 */
export interface ObjectStore {
  /** For messages: `s3://bucket/prefix` or a path. */
  readonly name: string;
  readonly limits: StoreLimits;
  /**
   * Returns an object's metadata. Undefined if there is no object. Includes `crc32` if the store keeps it or can
   * compute it cheaply.
   */
  head(key: string, options: { readonly signal: AbortSignal }): Promise<StoredObject | undefined>;
  /**
   * Opens an object, or a range of its bytes, for reading. Undefined if there is none. Read the body to the end, or leave it
   * by `return()`. `object.sizeBytes` is of the whole object. A range begins within it, and ends with it at the latest.
   */
  get(
    key: string,
    options: { readonly signal: AbortSignal; readonly range?: ReadRange },
  ): Promise<{ readonly object: StoredObject; readonly body: AsyncIterable<Uint8Array> } | undefined>;
  /** Writes a whole object. The store uses `crc32`, or what `integrity` has instead, to refuse corrupted bytes. */
  put(key: string, body: Uint8Array, crc32: string, options: PutOptions): Promise<PutResult>;
  /** Begins a multipart upload, for objects above `limits.maxPutBytes` or too large to buffer. */
  upload(key: string, options: PutOptions): Promise<Upload>;
  /**
   * Lists the keys that start with `prefix` and follow `after` (exclusive), in ascending order of their UTF-8 bytes.
   * Does not return `crc32` and metadata, nor what else `head` says beside size, ETag and storage class.
   */
  list(prefix: string, options: { readonly signal: AbortSignal; readonly after?: string }): AsyncIterable<StoredObject>;
  /** Deletes an object. A missing object is no error. */
  delete(key: string, options: { readonly signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** What a store guards and keeps, as found by a probe. */
export interface StoreCapabilities {
  /** Honours `If-None-Match: *`: never replaces an existing object. */
  readonly createOnly: boolean;
  /** Honours `If-Match`: replaces the object that was seen, and never another. */
  readonly replaceOnly: boolean;
  readonly etags: EtagForm;
  /** Takes writes without a condition. The policy of a bucket may demand one. */
  readonly unconditional: boolean;
  /** What it refuses corrupted bytes by. `none`: it takes any, and what was written has to be compared. */
  readonly checksums: 'crc32' | 'md5' | 'none';
  /** Keeps user metadata and returns it from `head`. */
  readonly metadata: boolean;
  /** Keeps Cache-Control. */
  readonly cacheControl: boolean;
  /** Keeps `a//b` apart from `a/b`. */
  readonly emptySegments: boolean;
  /** What it does not do of what a header policy asks for. Absent: nothing was asked for. */
  readonly untreated?: readonly (keyof ObjectTreatment)[];
}
