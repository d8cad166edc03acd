/** What does not agree at the end of a run. */
export interface Findings {
  /** Objects of the library that are not at the destination. */
  missing: number;
  /** Those that are there with other bytes. */
  wrong: number;
  /** Objects at the destination that are none of the library's. */
  extra: number;
  /** In words, all of them. */
  readonly disagreements: string[];
}

/** Nothing yet. */
export function noFindings(): Findings {
  return { missing: 0, wrong: 0, extra: 0, disagreements: [] };
}
