import type { Generation, VideoId } from '../video.ts';

/** What work waits for, for people and to tell one from another, where it is not a host. */
export const destinationPlace = 'the destination';

/** The same of a URL of a source: its host. Of local files there is one place only. */
export function sourcePlace(url: string): string {
  return new URL(url).host || 'the source';
}

/** A job that would wait for a source or destination that is down. */
export interface StalledWork {
  readonly video: VideoId;
  readonly generation: Generation;
  /** Id of its lease. */
  readonly lease: string;
  /** 0 for a crawl or publication. */
  readonly files: number;
  /** What is waited for: `sourcePlace`, or `destinationPlace`. */
  readonly places: readonly string[];
  /** Other files of the same batch come again for other reasons. */
  readonly hasCompany?: boolean;
  /** How long the places have asked to be left alone. Absent: they did not say. */
  readonly askedForMs?: number | undefined;
  /** As it stands in the job: when its patience began. Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

/** What is left of a patience. */
export interface PatienceLeft {
  /** How long a job may still wait. 0: not at all. */
  readonly leftMs: number;
  /** When it began: nothing but jobs that wait was left to do. May be later than now. Milliseconds since the epoch. */
  readonly since: number;
  /** That is all that this process has to do, so that a request which waits for an answer is in nobody's way. */
  readonly isAll: boolean;
}

/** Bounds how long work waits for a source or destination that is down. */
export interface Patience {
  /** Undefined while other work is under way: then a job may wait. */
  left(work: StalledWork): Promise<PatienceLeft | undefined>;
  /** Places from which, or to which, files were copied. They get new patience. Called for each batch: cheap if all is well. */
  answered(work: Pick<StalledWork, 'video' | 'generation'>, places: () => readonly string[]): void;
}

/** What a job keeps of the patience with what it waits for. */
export interface Stall {
  /** When the patience began, as of `PatienceLeft`. Milliseconds since the epoch. */
  readonly stalledSince?: number;
  /** Until when origins that were silent are asked too. Milliseconds since the epoch. */
  readonly insistsUntil?: number;
}

/**
 * A job that comes back, with what it keeps of the patience that is left, in place of what it had kept before. It insists
 * once that is in nobody's way, as long as there is patience.
 */
export function withStall<T extends Stall>(
  { stalledSince: _since, insistsUntil: _until, ...job }: T,
  left: PatienceLeft | undefined,
  now: number,
): Omit<T, keyof Stall> & Stall {
  if (!left) return job;
  return { ...job, stalledSince: left.since, ...(left.isAll ? { insistsUntil: now + left.leftMs } : {}) };
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
