/** What came of one request to the service. */
export type Invocation =
  | {
      readonly result: 'answered';
      readonly payload: Uint8Array;
      /** As the service sets it when it knows that the function failed: `Unhandled` or `Handled`. */
      readonly functionError?: string;
      /** The last 4 KB of the invocation's log; empty where there is none. */
      readonly log: string;
    }
  /** The service, or something before it, answered with an error. The function was not run, or ended without an answer. */
  | {
      readonly result: 'refused';
      /** Such as `TooManyRequestsException`; empty where the answer had none. */
      readonly name: string;
      readonly status: number;
      readonly message: string;
      /** Which limit throttled the request. */
      readonly reason?: string;
      readonly retryAfterMs?: number;
    }
  /** No answer came. Where the request was sent, the function may have run, or may still run. */
  | { readonly result: 'silent'; readonly wasSent: boolean; readonly message: string };

/**
 * A deployed function, as far as an executor needs it.
 *
 * Methods throw the signal's reason, `store.credentials`, and `usage` where the region is not known; nothing else.
 */
export interface LambdaFunction {
  /** For messages: the name as given, with its qualifier. */
  readonly name: string;
  /** Invokes it once and waits for its answer, for at most `timeoutMs`. Never tries again. */
  invoke(payload: string, options: { readonly signal: AbortSignal; readonly timeoutMs: number }): Promise<Invocation>;
  /**
   * How many invocations the account runs at a time outside of reserved concurrency. Undefined where it may not be
   * asked.
   */
  unreservedConcurrency(options: { readonly signal: AbortSignal }): Promise<number | undefined>;
  close(): Promise<void>;
}
