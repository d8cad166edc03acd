import type { BatchMessage } from '../domain/batch.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Source } from '../storage/source.ts';
import type { BodyBuffers } from './body-buffers.ts';
import type { Budget } from './budget.ts';

/** What an ant needs to copy files. */
export interface AntPorts {
  readonly source: Source;
  readonly store: ObjectStore;
  /** Files in flight in this process. */
  readonly slots: Budget;
  /** Bytes of bodies held in this process. */
  readonly bytes: Budget;
  /** Where bodies are put together; absent: each in memory of its own. */
  readonly buffers?: BodyBuffers;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Name of this worker, for the evidence. */
  readonly worker: string;
}

/** The parts of a batch message that hold for each of its files. */
export type CopyPolicy = Pick<BatchMessage, 'existing' | 'sha256' | 'generation'>;
