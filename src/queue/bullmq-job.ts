import type { JobsOptions } from 'bullmq';

/** What BullMQ keeps for a job of ours, as JSON. */
export interface StoredJob<T> {
  readonly data: T;
  /** Times in a row that its handler threw. */
  readonly errors?: number;
}

/** Finished jobs leave nothing behind, so that their ids may come again. */
export const jobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: true };

/**
 * Any text as an id for BullMQ, which takes no `:` and no plain numbers, and makes a key of it beside its own (`wait`,
 * `meta`…). Different texts stay different.
 */
export function bullmqId(id: string): string {
  return `~${id.replaceAll('%', '%25').replaceAll(':', '%3A')}`;
}
