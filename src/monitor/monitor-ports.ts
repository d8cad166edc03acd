import type { BudgetReport } from '../domain/cost/budget.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type {
  LiveBatch,
  LiveCost,
  LiveProgress,
  LiveQueue,
  LiveService,
  RateSample,
} from '../domain/progress/live-view.ts';
import type { FailedScan } from '../domain/report/library-status.ts';
import type { Totals } from '../domain/report/copy.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import type { Journal } from '../journal/journal.ts';
import type { ChangeFeed } from '../ledger/change-feed.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** A batch that a worker has, with its files. */
export interface ActiveBatch extends Omit<LiveBatch, 'files'> {
  readonly files: IndexRanges;
}

/** What is measured rather than recorded. */
export interface Gauges {
  readonly progress: LiveProgress;
  readonly services: readonly LiveService[];
  readonly queues: readonly LiveQueue[];
  /** The oldest first. */
  readonly batches: readonly ActiveBatch[];
  readonly cost: LiveCost | null;
  readonly budget: BudgetReport | null;
  readonly scanFailed: FailedScan | null;
}

/** Ports and settings of a monitor. */
export interface MonitorPorts {
  readonly ledger: Pick<Ledger, 'videos' | 'read' | 'tally'>;
  readonly journal: Journal;
  readonly changes: ChangeFeed;
  /**
   * Asked about once a second while somebody watches.
   *
   * @param openFiles - files that are still to be copied, without those of videos at rest
   */
  readonly gauges: (totals: Totals, openFiles: number) => Promise<Gauges>;
  /** Rates of the last hour, whoever watched; the oldest first. */
  readonly history: () => readonly RateSample[];
  /** What of URLs is left out. */
  readonly tokenRules: () => Promise<TokenRules>;
  /** Of FLAnts. */
  readonly version: string;
  readonly destination: string;
  /** See `LiveSnapshot`. */
  readonly playUrl?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A random word, another with each call. */
  readonly newEpoch: () => string;
  /** Hears why something could not be read; it is tried again. */
  readonly onTrouble: (error: unknown) => void;
}
