/**
 * How serious a finding is.
 *
 * - `ok`: as it should be
 * - `unknown`: nobody tells, and a copy does not need to know
 * - `warning`: a copy runs, and something may surprise
 * - `fault`: a copy does not run, or loses what it should keep
 */
export type FindingLevel = 'ok' | 'unknown' | 'warning' | 'fault';

/** One thing that was looked at before a copy. */
export interface Finding {
  /** What was looked at, in one or two words: `state`, `clock`, `CORS`. */
  readonly check: string;
  /** Which one, where there may be several. Without secrets. */
  readonly subject?: string;
  readonly level: FindingLevel;
  /** What was found. */
  readonly message: string;
  /** The line that mends it: a command to run, an option to give, or what to ask somebody for. */
  readonly mend?: string;
}

/** What `doctor` has found. */
export interface DoctorReport {
  readonly format: 1;
  /** ISO 8601 instant. */
  readonly at: string;
  readonly version: string;
  /** In the order in which a copy meets them. */
  readonly findings: readonly Finding[];
}

/** How many findings are of a level. */
export function countOf(level: FindingLevel, findings: readonly Finding[]): number {
  return findings.filter((finding) => finding.level === level).length;
}
