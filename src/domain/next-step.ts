import { isSettled, isWhole } from './video.ts';
import type { VideoRecord } from './video.ts';

/** What leases of a video are alive: work that somebody is carrying right now. */
export interface Carried {
  readonly crawl: boolean;
  readonly publish: boolean;
  /** Open files in dispatched or delayed batches, each counted once; those that are done or failed by now are not carried. */
  readonly files: number;
}

/** Nothing under way. */
export const nothingCarried: Carried = { crawl: false, publish: false, files: 0 };

/** What a video needs next. */
export type Step = 'crawl' | 'dispatch' | 'publish' | 'wait' | 'none';

/**
 * Says what a video needs next. The aggregator asks it after each change,
 * reconciliation asks it on a timer; both act on the answer alone.
 *
 * | facts                                      | carried            | step     |
 * |--------------------------------------------|--------------------|----------|
 * | on hold, invalid or live                   | any                | none     |
 * | no revision                                | crawl              | wait     |
 * | no revision                                | no crawl           | crawl    |
 * | files open                                 | crawl              | wait     |
 * | files open                                 | fewer than open    | dispatch |
 * | files open                                 | all that are open  | wait     |
 * | whole, this revision published             | any                | none     |
 * | whole, not published                       | publish            | wait     |
 * | whole, not published                       | no publish         | publish  |
 * | settled with failures nobody accepted      | any                | none     |
 *
 * Nothing is sent under a plan that a crawl is about to replace: files that met `source.changed` would
 * go out and come back without end until it has.
 */
export function nextStep(record: VideoRecord, carried: Carried): Step {
  if (record.hold || record.invalid || record.live) return 'none';
  if (record.revision === undefined) return carried.crawl ? 'wait' : 'crawl';
  if (!isSettled(record)) {
    const open = record.total - record.done - record.failed;
    return !carried.crawl && carried.files < open ? 'dispatch' : 'wait';
  }
  if (!isWhole(record) || record.published === record.revision) return 'none';
  return carried.publish ? 'wait' : 'publish';
}
