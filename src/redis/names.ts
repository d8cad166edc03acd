import type { VideoId } from '../domain/video.ts';

/** The name of every key that FLAnts has in Redis; queues have theirs below `queues`. */
export interface RedisNames {
  /** Sorted set of the ids of all videos that the ledger knows, each with score 0: in ascending order of their bytes. */
  readonly videos: string;
  /** Hash: the facts of a video's record. */
  video(video: VideoId): string;
  /** String: three planes of bits (done, failed, accepted), a bit for each file. */
  bits(video: VideoId): string;
  /** Hash: a video's leases by id. */
  leases(video: VideoId): string;
  /** Hash: numbers of the latest change of the ledger and of the one from which changes are noted. Only while somebody watches. */
  readonly feed: string;
  /** Sorted set: ids of videos by the numbers of their latest change. Likewise. */
  readonly changed: string;
  /** Hash: what each process of the cluster told of itself last, as JSON by its id. */
  readonly services: string;
  /** String: since when the catalogue cannot be read, and why, as JSON. Absent: it was read. */
  readonly scanFailed: string;
  /** Hash: what functions of AWS Lambda were used for, summed over all processes, and what that cost. */
  readonly functions: string;
  /** Hash: what was spent, summed over all processes, and the terms by which it may be. */
  readonly spent: string;
  /** Hash: what each process has under way of the budget, as `files expiresAt sequence` by its id. */
  readonly spenders: string;
  /** Hash: batches under a budget that have begun and not ended, with the process that began each. */
  readonly begun: string;
  /** Hash: what each process of the cluster has used of the limits, as JSON by its id. */
  readonly demands: string;
  /** Sorted set: when each process told it last, in milliseconds of the server's clock. */
  readonly demandsHeard: string;
  /** Prefix that BullMQ puts before the names of its own keys. */
  readonly queues: string;
  /** When somebody first used this memory: its absence tells that the memory was lost. */
  readonly epoch: string;
  /** The library that all these keys belong to, as JSON. */
  readonly library: string;
}

/**
 * Names below a prefix. The braces make it a hash tag, so that in a Redis Cluster all of them are on one node, as scripts
 * over several keys need: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function redisNames(prefix: string): RedisNames {
  const tag = `{${prefix}}`;
  return {
    videos: `${tag}:videos`,
    video: (video) => `${tag}:video:${video}`,
    bits: (video) => `${tag}:bits:${video}`,
    leases: (video) => `${tag}:leases:${video}`,
    feed: `${tag}:feed`,
    changed: `${tag}:changed`,
    services: `${tag}:services`,
    scanFailed: `${tag}:scan-failed`,
    functions: `${tag}:functions`,
    spent: `${tag}:spent`,
    spenders: `${tag}:spenders`,
    begun: `${tag}:begun`,
    demands: `${tag}:demands`,
    demandsHeard: `${tag}:demands-heard`,
    queues: `${tag}:queue`,
    epoch: `${tag}:epoch`,
    library: `${tag}:library`,
  };
}
