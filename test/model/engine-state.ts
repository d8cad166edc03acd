import type { BatchEnd, BatchJob } from '../../src/domain/batch.ts';
import type { Change } from '../../src/domain/change.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { RetryLimits, Settlement } from '../../src/domain/settle.ts';
import type { VideoId } from '../../src/domain/video.ts';
import type { ModelLedger } from './model-ledger.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** Work that others may overtake, or a crash may end, at each `yield`. */
export type Task = Generator<void, void>;

/** A job in the queue, due at a time of the ledger's clock. */
export interface QueuedJob {
  readonly id: string;
  readonly at: number;
  readonly video: VideoId;
  readonly work: 'crawl' | 'publish' | BatchJob;
  /** Id of the lease that carries it; of a batch its own id. */
  readonly lease: string;
}

/** The whole engine without I/O: what the services do between one wait and the next, over the domain's real decisions. */
export interface Engine {
  readonly world: World;
  readonly ledger: ModelLedger;
  readonly random: Random;
  readonly queue: Map<string, QueuedJob>;
  /** While set, files meet failures that are not their own. */
  chaos: boolean;
  /** Rights are missing: nothing is dispatched until somebody says so. */
  halted: boolean;
  /** Every record that was ever sent to the ledger, to send it again. */
  readonly sent: { readonly video: VideoId; readonly change: Change }[];
  /** Called with each settlement, to check it. */
  readonly onSettled: (batch: BatchJob, outcomes: readonly Outcome[], end: BatchEnd, settlement: Settlement) => void;
}

/** Few tries and waits, so that short runs spend them. */
export const retryLimits: RetryLimits = { maxTries: 3, maxWaits: 2, baseDelayMs: 10, maxDelayMs: 80 };
