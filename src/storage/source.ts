import type { Validators } from '../domain/read-playlist.ts';

/** How to ask a source for one object. */
export interface FetchOptions {
  readonly signal: AbortSignal;
  /**
   * Answer `not-modified` if the object still has these validators. Empty validators make the request unconditional.
   */
  readonly unless?: Validators;
  /**
   * `text` accepts content codings. `media` asks for `identity`, so that sizes describe the bytes. Both are decoded if
   * they come coded all the same.
   */
  readonly kind: 'text' | 'media';
  /** A bucket that objects may be read from even if the source was opened without naming it. */
  readonly ownBucket?: string;
  /** Ask an origin too that is left alone because it was silent. */
  readonly insists?: boolean;
  /** Cookie header for this URL. It is a secret, and is dropped when a redirect leads to another origin. */
  readonly cookie?: string;
}

/** How to ask a source for a size. `cookie` as of `FetchOptions`. */
export type SizeOptions = Pick<FetchOptions, 'signal' | 'cookie'>;

/** The bytes of a body, once, in order. */
export interface Body extends AsyncIterable<Uint8Array> {
  /**
   * Reads without a piece of memory for each piece of the body. Absent: it can only be iterated.
   *
   * @param take - is called with views of memory that is overwritten after the call; returning false stops the reading,
   *   and what follows can be iterated
   * @returns whether the body has been read to its end
   * @throws as iterating does
   */
  forEachView?(take: (view: Uint8Array) => boolean): Promise<boolean>;
}

/** A response whose body has not been read yet. Read it to the end, or cancel it. */
export interface FetchedObject {
  readonly result: 'fetched';
  /** After redirects. */
  readonly finalUrl: string;
  readonly validators: Validators;
  /** Lower-case media type without parameters; absent where the source does not say. */
  readonly contentType?: string;
  /** The header `Link` (RFC 8288). */
  readonly link?: string;
  /** The header `Date` (RFC 9110 section 6.6.1): the server's time. */
  readonly date?: string;
  /** The announced length. Absent if none was announced, or if it is that of a coding. */
  readonly sizeBytes?: number;
  /**
   * Set when only the end of the connection ends the body (RFC 9112 section 6.3), so that a truncated body looks
   * complete. Absent when the length is known or the end is marked, as content codings mark it.
   */
  readonly isUnframed?: boolean;
  /**
   * The plain bytes.
   *
   * Throws `source.short-body` when fewer or more come than were announced, when a content coding ends too early, or when a
   * file was written meanwhile, `source.wrong-body` when they are not in the coding that was declared, `source.too-large`
   * when they unpack to far more than was sent, `source.unreachable` when the connection breaks, `source.timeout` when
   * nothing comes for too long.
   */
  readonly body: Body;
  /** Discards a body that will not be read. */
  cancel(): void;
}

/** The object still has the validators of `unless`. */
export interface NotModified {
  readonly result: 'not-modified';
}

/**
 * Where a library is copied from.
 *
 * `fetch` never retries, since retries are decided in `domain/settle`. It throws
 * `FlantsError` with `source.not-found` (404), `source.gone` (410), `source.denied` (401, 403),
 * `source.throttled` (429, 503), `source.status` (any other status),
 * `source.unreachable`, `source.host-unknown`, `source.tls`, `source.timeout`, `source.redirects`,
 * `source.refused` (a scheme or address that policy forbids), or `aborted`.
 * Credentials are sent to the hosts they belong to, and dropped when a redirect leads elsewhere.
 */
export interface Source {
  fetch(url: string, options: FetchOptions): Promise<FetchedObject | NotModified>;
  /**
   * Asks how large a media object is, without its body. Undefined where the source does not say. Throws as `fetch`.
   */
  sizeOf(url: string, options: SizeOptions): Promise<number | undefined>;
  /**
   * Opens a session without cookies, for one reading of a presentation: another video's grant must not take the place of
   * this one's. Absent for a source that knows no cookies.
   */
  openSession?(): SourceSession;
  close(): Promise<void>;
}

/** Requests that send back the cookies that earlier ones were given. Needs no closing. */
export interface SourceSession {
  fetch(url: string, options: FetchOptions): Promise<FetchedObject | NotModified>;
  /** The cookies that go with a URL now, for `FetchOptions.cookie` of a worker. Never stored. */
  cookieFor(url: string): string | undefined;
}
