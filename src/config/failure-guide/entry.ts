/** What a person needs to know about a code of failure. Whole sentences, for the docs and the manual page. */
export interface FailureGuideEntry {
  /** What happened. */
  readonly means: string;
  /** Why it usually happens. */
  readonly cause: string;
  /** What to do about it. */
  readonly cure: string;
}
