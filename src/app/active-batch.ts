import type { BatchJob } from '../domain/batch.ts';
import type { ActiveBatch } from '../monitor/monitor-ports.ts';
import type { ActiveJob } from '../queue/watch-jobs.ts';

/** A batch under way as viewers are told of it. */
export function activeBatchOf({ data, since, worker }: ActiveJob<BatchJob>): ActiveBatch {
  const { id, video, files, waits } = data;
  return {
    id,
    video,
    files,
    since,
    ...(worker === undefined ? {} : { worker }),
    ...(waits > 0 ? { throttled: true } : {}),
  };
}
