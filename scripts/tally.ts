/** What became of the tests of one run: written by `tally-reporter.ts`, read by `test.ts`. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
  /** Files whose suites broke outside a test, and errors that nobody caught; counted in `failed`. */
  readonly broken: readonly string[];
}

/** A test that did not run, and why if it said so. */
export interface SkippedTest {
  readonly file: string;
  readonly title: string;
  readonly note?: string;
}

/** Counts several runs as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (count: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + count(tally), 0);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: tallies.flatMap(({ skipped }) => skipped),
    broken: tallies.flatMap(({ broken }) => broken),
  };
}
