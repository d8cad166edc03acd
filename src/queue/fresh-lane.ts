import type { JobHandler, JobQueue, QueueWorkers, WorkOptions } from './job-queue.ts';

/** Share of the places that is reserved for fresh work, at least one place. */
const freshShare = 1 / 4;

/** How many of `places` are reserved for fresh work. */
export function freshPlaces(places: number): number {
  return Math.max(1, Math.floor(places * freshShare));
}

/**
 * Combines two queues into one with a lane for fresh work. Each lane has its own workers, so a backlog that fills every
 * place does not delay fresh videos.
 */
export function withFreshLane<T extends { readonly fresh: boolean }>(
  fresh: JobQueue<T>,
  backlog: JobQueue<T>,
): JobQueue<T> {
  const both = [fresh, backlog] as const;
  return {
    add: (job) => (job.data.fresh ? fresh : backlog).add(job),
    has: async (id) => (await fresh.has(id)) || backlog.has(id),
    size: async () => (await fresh.size()) + (await backlog.size()),
    // Fresh work is not held up by this: it asks nobody.
    hasCapacity: (max) => backlog.hasCapacity(max),
    work(handler: JobHandler<T>, options: WorkOptions): QueueWorkers {
      const workers = [
        fresh.work(handler, { ...options, concurrency: freshPlaces(options.concurrency) }),
        backlog.work(handler, options),
      ];
      return { stop: async () => void (await Promise.all(workers.map((each) => each.stop()))) };
    },
    close: async () => void (await Promise.all(both.map((queue) => queue.close()))),
  };
}
