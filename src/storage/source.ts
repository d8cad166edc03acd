import type { Validators } from '../domain/revision.ts';

/** How to ask a source for one object. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Answer `not-modified` when the object is still this one. Empty validators ask for nothing. */
  readonly unless?: Validators;
  /** Text is fetched with any content coding and decoded; media as identity, so that sizes describe the bytes. */
  readonly kind: 'text' | 'media';
}

/** An object under way. Its body must be read to the end or cancelled. */
export interface FetchedObject {
  readonly result: 'fetched';
  /** After redirects. */
  readonly finalUrl: string;
  readonly validators: Validators;
  /** Lower-case media type without parameters; absent where the source does not say. */
  readonly contentType?: string;
  /** As announced, before any content coding is undone; absent where it was not. */
  readonly sizeBytes?: number;
  /**
   * The end of the body is nothing but the end of its connection (RFC 9112 section 6.3), so that a body that was
   * cut looks whole; absent where its length is known or its end is marked.
   */
  readonly isUnframed?: boolean;
  /**
   * The bytes, once, in order.
   *
   * Throws `source.short-body` when fewer or more come than were announced,
   * `source.unreachable` when the connection breaks, `source.timeout` when nothing comes for too long.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that will not be read. */
  cancel(): void;
}

/** The object is the one that `unless` describes. */
export interface NotModified {
  readonly result: 'not-modified';
}

/**
 * Where a library comes from.
 *
 * `fetch` never retries: trying again is decided in `domain/settle`. It throws
 * `FlantsError` with `source.not-found` (404), `source.gone` (410), `source.denied` (401, 403),
 * `source.throttled` (429, or 503 that says when to return), `source.status` (any other status),
 * `source.unreachable`, `source.host-unknown`, `source.tls`, `source.timeout`, `source.redirects`,
 * `source.refused` (a scheme or address that policy forbids), or `aborted`.
 * Credentials go to the hosts they are for and are dropped when a redirect leaves those.
 */
export interface Source {
  fetch(url: string, options: FetchOptions): Promise<FetchedObject | NotModified>;
  close(): Promise<void>;
}
