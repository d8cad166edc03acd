import type { JobsOptions } from 'bullmq';

/** The data of a job in BullMQ, as JSON. */
export interface StoredJob<T> {
  readonly data: T;
  /** Times in a row that its handler threw. */
  readonly errors?: number;
}

/** Finished jobs are removed, so that their ids can be used again. */
export const jobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: true };

/**
 * Encodes any text as a job id. BullMQ refuses `:` and plain numbers, and uses the id in a key beside its own (`wait`,
 * `meta`…). Different texts give different ids.
 */
export function bullmqId(id: string): string {
  return `~${id.replaceAll('%', '%25').replaceAll(':', '%3A')}`;
}
