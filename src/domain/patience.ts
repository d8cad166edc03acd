import type { Generation, VideoId } from './video.ts';

/** A job that would wait for a source or destination that is down. */
export interface StalledWork {
  readonly video: VideoId;
  readonly generation: Generation;
  /** Id of its lease. */
  readonly lease: string;
  /** 0 for a crawl or publication. */
  readonly files: number;
  /** What is waited for, for people: hosts, or the destination. */
  readonly places: readonly string[];
  /** Other files of the same batch come again for other reasons. */
  readonly hasCompany?: boolean;
  /** As it stands in the job: since when nothing else was left to do. Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

/** Bounds how long work waits for a source or destination that is down. */
export interface Patience {
  /**
   * How long a job may still wait, and since when nothing but such jobs was left to do. `leftMs` of 0 means not at all.
   * Undefined while other work is under way: then it may wait.
   */
  left(work: StalledWork): Promise<{ readonly leftMs: number; readonly since: number } | undefined>;
  /** Places from which, or to which, files were copied. They get new patience. Called for each batch: cheap if all is well. */
  answered(work: Pick<StalledWork, 'video' | 'generation'>, places: () => readonly string[]): void;
}

/** Ends the ids of leases of jobs that wait for a source or destination that is down. */
const stalledMark = '~';

/** Marks the id of a lease whose job waits for a source or destination that is down. */
export function stalledLeaseId(id: string): string {
  return `${id}${stalledMark}`;
}

/** Whether a lease belongs to such a job. */
export function isStalledLeaseId(id: string): boolean {
  return id.endsWith(stalledMark);
}
