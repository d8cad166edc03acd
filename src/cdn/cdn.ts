/** What is asked of a CDN at a time. */
export interface InvalidationRequest {
  /** The same for the same request: one that is repeated, as after a crash, does nothing more. */
  readonly reference: string;
  /** As of `pathOf`; one that ends in `*` is all that begins like it. */
  readonly paths: readonly string[];
}

/**
 * A CDN before the destination, which keeps what it has served until it is told.
 *
 * It wants to be told of as little as possible: each path costs, and what it forgets it fetches again.
 */
export interface Cdn {
  /** For messages and reports, such as `CloudFront distribution E2EXAMPLE`. */
  readonly name: string;
  /** Most paths in one request: those of single objects, and those with a wildcard. */
  readonly limits: { readonly maxPaths: number; readonly maxWildcards: number };
  /**
   * The path, encoded as the CDN wants it, by which players ask for a key of the destination, or for what is below it
   * where it ends in a slash. Undefined: they cannot.
   */
  pathOf(key: string): string | undefined;
  /**
   * Has it forget what it holds. Resolves when the request was accepted, after which it is carried out whatever happens here.
   * Waits while as many are under way as the CDN allows.
   *
   * @throws {FlantsError} `cdn.throttled` or `cdn.unreachable`, which pass; `cdn.denied`, `cdn.no-distribution` or
   *   `cdn.refused`, which do not; `aborted`
   */
  invalidate(request: InvalidationRequest, options: { readonly signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}
