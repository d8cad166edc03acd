import type { LocalQueue } from './job-queue.ts';

/** A job that a worker has. */
export interface ActiveJob<T> {
  readonly data: T;
  /** Since when: milliseconds since the epoch. */
  readonly since: number;
  /** The process whose worker it is, where several share the queue. */
  readonly worker?: string;
}

/** A queue of which the jobs under way can be seen, by the order in which they began. */
export interface WatchedQueue<T> {
  readonly queue: LocalQueue<T>;
  active(): readonly ActiveJob<T>[];
}

/** Watches what workers that are started on the returned queue have. */
export function watchJobs<T>(queue: LocalQueue<T>, now: () => number): WatchedQueue<T> {
  const active = new Set<ActiveJob<T>>();
  return {
    active: () => [...active],
    queue: {
      add: (job) => queue.add(job),
      has: (id) => queue.has(id),
      size: () => queue.size(),
      hasCapacity: (max) => queue.hasCapacity(max),
      room: (max, options) => queue.room(max, options),
      work: (handler, options) =>
        queue.work(async (data, jobOptions) => {
          const job = { data, since: now() };
          active.add(job);
          try {
            return await handler(data, jobOptions);
          } finally {
            active.delete(job);
          }
        }, options),
      close: () => queue.close(),
    },
  };
}
