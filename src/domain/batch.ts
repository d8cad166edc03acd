import { subtract } from './index-ranges.ts';
import type { IndexRanges } from './index-ranges.ts';
import { FlantsError } from './failure.ts';
import type { ObjectTreatment } from './object-headers.ts';
import type { Evidence } from './outcome.ts';
import type { Stall } from './waiting/patience.ts';
import type { FileRole } from './revision.ts';
import type { Generation, RevisionDigest, VideoId } from './video.ts';

/**
 * Queue priority, lowest number first: retries overtake, fresh recordings go
 * before the backlog.
 */
export const bands = { freshRetry: 1, fresh: 2, backlogRetry: 5, backlog: 10 } as const;

/**
 * The priority of work that comes again. What was sent away uncharged may be so often: it takes its turn behind what is
 * there, which would never have one otherwise.
 */
export function bandOfRetry({ fresh, waits }: { readonly fresh: boolean; readonly waits: number }): number {
  if (waits > 0) return fresh ? bands.fresh : bands.backlog;
  return fresh ? bands.freshRetry : bands.backlogRetry;
}

/** What a queue carries: which files, never their URLs. */
export interface BatchJob extends Stall {
  readonly format: 1;
  /** Unique among all batches of this generation: job ids are made of it. */
  readonly id: string;
  readonly video: VideoId;
  readonly generation: Generation;
  readonly revision: RevisionDigest;
  readonly files: IndexRanges;
  /** Tries already charged, by file index; an absent one has none. */
  readonly tries: Readonly<Record<number, number>>;
  /** How often this remainder was sent away without being charged. */
  readonly waits: number;
  readonly fresh: boolean;
  /** A worker died that had these among others: whoever works them next works nothing beside them, so that its death would tell. */
  readonly alone?: boolean;
  /** URLs of the plan that were read at this instant (milliseconds since the epoch) or before have run out. */
  readonly urlsSpentAt?: number;
}

/** The claim on a batch's files, held from when it is planned until it is settled. */
export interface BatchLease {
  readonly id: string;
  readonly generation: Generation;
  readonly kind: 'batch';
  readonly files: IndexRanges;
  readonly ttlMs: number;
}

/** The lease that a batch holds. */
export function leaseOf({ id, generation, files }: BatchJob, ttlMs: number): BatchLease {
  return { id, generation, kind: 'batch', files, ttlMs };
}

/** Id of a queue's job about a video: that of the lease that it holds, or what else sets it apart within a generation. */
export function jobIdOf(video: VideoId, generation: Generation, what: string): string {
  return `${video}/${generation}/${what}`;
}

/** One file as an ant gets it: everything resolved, nothing to look up. */
export interface FileTask extends ObjectTreatment {
  readonly index: number;
  readonly key: string;
  /** With its token, if the source wants one. */
  readonly fetchUrl: string;
  /** Cookie header that the source granted for `fetchUrl`. */
  readonly cookie?: string;
  /** Without secrets: what the evidence says. */
  readonly url: string;
  readonly role: FileRole;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly minSizeBytes?: number;
  readonly optional?: boolean;
  readonly tries: number;
  /** What is known to stand at the destination under this key. */
  readonly prior?: Evidence;
  /** A worker that had it was lost, and may have written it. */
  readonly mayStand?: true;
}

/** What to do where an object already stands under a file's key. */
export type ExistingPolicy = 'verify' | 'skip' | 'overwrite';

/** The message to a thread, a process or a Lambda: pure JSON. */
export interface BatchMessage {
  readonly format: 1;
  readonly id: string;
  readonly video: VideoId;
  readonly generation: Generation;
  readonly files: readonly FileTask[];
  readonly existing: ExistingPolicy;
  /** Put a SHA-256 of each file in its evidence. */
  readonly sha256: boolean;
  /** As in the job: goes before the backlog, also within the worker. */
  readonly fresh?: boolean;
  /** The bucket of the video's playlist, which its files may be read from. */
  readonly ownBucket?: string;
  /** As in the job: the worker is to have no other batch beside this one. */
  readonly alone?: boolean;
  /** As in the job, or because it has waited often enough. */
  readonly insists?: boolean;
}

/**
 * How the worker that had a batch ended. `origin-down`, `store-down`: it finished, some files got no answer from there or a
 * server error, and so did whoever asked their origin or the destination afterwards. `origin-down` is also that of a batch whose
 * URLs could not be read, `worker-lost` that of one that took whole processes with it: neither was run.
 */
export type BatchEnd = 'finished' | 'stopped' | 'worker-lost' | 'origin-down' | 'store-down';

/** Files of a batch at the most, wherever it runs. */
export const maxBatchFiles = 100;

/** Bounds of one batch. */
export interface BatchLimits {
  readonly maxFiles: number;
}

/**
 * Splits what is open and not carried into batches that one worker takes at a time.
 *
 * @param open - files neither done nor failed, ascending
 * @param carried - what live leases already hold
 * @returns batches in playing order; an empty list when nothing is left to send
 * @throws {FlantsError} `internal` when `limits.maxFiles` is below 1
 */
export function planBatches(
  open: IndexRanges,
  carried: readonly IndexRanges[],
  limits: BatchLimits,
): readonly IndexRanges[] {
  if (!(limits.maxFiles >= 1)) throw new FlantsError('internal', 'a batch must hold at least one file');
  const free = carried.reduce<IndexRanges>(subtract, open);
  const batches: [number, number][][] = [];
  let room = 0;
  for (const [from, to] of free) {
    for (let at = from; at < to;) {
      if (room === 0) {
        batches.push([]);
        room = limits.maxFiles;
      }
      const end = Math.min(to, at + room);
      batches.at(-1)?.push([at, end]);
      room -= end - at;
      at = end;
    }
  }
  return batches;
}
