import type { Failure } from './failure.ts';
import type { Validators } from './read-playlist.ts';
import type { Generation, VideoId } from './video.ts';

/**
 * How we know that the object at the destination is the file.
 *
 * - `written`: we sent it, the store took the checksum
 * - `same-checksum`: it was there already, size and checksum equal the bytes just fetched
 * - `not-modified`: the source says its object is the one our earlier evidence is about
 * - `present`: something stands there and `--existing skip` asked no more
 * - `absent-optional`: marked GAP and absent at the source: nothing to copy
 */
export type Proof = 'written' | 'same-checksum' | 'not-modified' | 'present' | 'absent-optional';

/** The durable record of one file that is at the destination. */
export interface Evidence {
  readonly key: string;
  /** Source URL without secrets. */
  readonly url: string;
  /** The video whose URL it is, where tokens were left out of it: see `SourceIdentity`. */
  readonly video?: VideoId;
  readonly sizeBytes: number;
  /** CRC-32 (ISO-HDLC) of the bytes, eight lower-case hex digits; empty where `proof` is `present`. */
  readonly crc32: string;
  /** Lower-case hex, where it was asked for. */
  readonly sha256?: string;
  /** The object's ETag at the destination. */
  readonly etag?: string;
  readonly source: Validators;
  readonly proof: Proof;
  /**
   * When the object last got other bytes under its name, as an ISO 8601 instant: caches may hold the former ones. Absent:
   * never, as far as is known.
   */
  readonly replacedAt?: string;
  readonly generation: Generation;
  /** Which try it was, from 1. */
  readonly tries: number;
  /** From the first byte asked for to the store's answer. */
  readonly durationMs: number;
  readonly worker: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** The durable record of one file that could not be copied. */
export interface FileFailure {
  readonly key: string;
  readonly url: string;
  readonly failure: Failure;
  readonly generation: Generation;
  readonly tries: number;
  readonly worker: string;
  readonly at: string;
}

/** What became of one file of a batch. */
export type Outcome =
  | { readonly index: number; readonly kind: 'copied' | 'unchanged'; readonly evidence: Evidence }
  | { readonly index: number; readonly kind: 'failed'; readonly failure: FileFailure };
