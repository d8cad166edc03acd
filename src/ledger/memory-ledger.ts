import { applyChange, openFiles } from '../domain/change.ts';
import type { Change, Tally } from '../domain/change.ts';
import { compareUtf8 } from '../domain/compare-utf8.ts';
import { isUnderWay } from '../domain/video.ts';
import type { Generation, RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { Applied, BatchEnding, EndedBatch, Ledger, Lease, Survey } from './ledger.ts';
import { leasesConflict } from './lease-conflict.ts';

interface HeldLease {
  readonly lease: Lease;
  readonly expiresAtMs: number;
}

/** A ledger that ends with its process: for runs that keep no state, and for tests. */
export class MemoryLedger implements Ledger {
  readonly #tallies = new Map<VideoId, Tally>();
  readonly #leases = new Map<VideoId, Map<string, HeldLease>>();
  readonly #now: () => number;

  /** @param options.now - milliseconds; leases run out by it */
  constructor({ now = Date.now }: { readonly now?: () => number } = {}) {
    this.#now = now;
  }

  async apply(video: VideoId, change: Change): Promise<Applied> {
    return this.#apply(video, change);
  }

  #apply(video: VideoId, change: Change): Applied {
    const before = this.#tallies.get(video);
    const changed = applyChange(before, change);
    if (changed.result === 'stale') return { result: 'stale', record: before?.record };
    this.#tallies.set(video, changed.tally);
    return { result: 'applied', before: before?.record, record: changed.tally.record };
  }

  async read(video: VideoId): Promise<VideoRecord | undefined> {
    return this.#tallies.get(video)?.record;
  }

  async tally(video: VideoId): Promise<Tally | undefined> {
    const tally = this.#tallies.get(video);
    return (
      tally && {
        record: tally.record,
        done: tally.done.slice(),
        failed: tally.failed.slice(),
        accepted: tally.accepted.slice(),
      }
    );
  }

  async survey(video: VideoId): Promise<Survey | undefined> {
    const tally = this.#tallies.get(video);
    return tally && { record: tally.record, leases: this.#live(video), open: openFiles(tally) };
  }

  async *videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }> {
    for (const video of [...this.#tallies.keys()].sort(compareUtf8)) {
      const record = this.#tallies.get(video)?.record;
      if (record) yield { video, record };
    }
  }

  async lease(video: VideoId, lease: Lease, revision?: RevisionDigest): Promise<boolean> {
    const record = this.#tallies.get(video)?.record;
    if (record?.generation !== lease.generation) return false;
    if (revision !== undefined && !isUnderWay(record, revision)) {
      this.#leases.get(video)?.delete(lease.id);
      return false;
    }
    if (this.#live(video).some((other) => leasesConflict(lease, other))) return false;
    this.#grant(video, lease);
    return true;
  }

  async pass(video: VideoId, leaseId: string, successors: readonly Lease[]): Promise<boolean> {
    return this.#pass(video, leaseId, successors);
  }

  #pass(video: VideoId, leaseId: string, successors: readonly Lease[]): boolean {
    const alive = new Set(this.#live(video).map(({ id }) => id));
    if (!alive.has(leaseId)) return successors.length > 0 && successors.every(({ id }) => alive.has(id));
    this.#leases.get(video)?.delete(leaseId);
    for (const successor of successors) this.#grant(video, successor);
    return true;
  }

  async endBatch(video: VideoId, { leaseId, outcomes, successors }: BatchEnding): Promise<EndedBatch> {
    return { applied: this.#apply(video, outcomes), isPassed: this.#pass(video, leaseId, successors) };
  }

  async renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean> {
    const lease = this.#live(video).find(({ id }) => id === leaseId);
    if (lease) this.#grant(video, { ...lease, ttlMs });
    return lease !== undefined;
  }

  async release(video: VideoId, leaseId: string): Promise<void> {
    this.#leases.get(video)?.delete(leaseId);
  }

  async leases(video: VideoId): Promise<readonly Lease[]> {
    return this.#live(video);
  }

  async releaseAll(): Promise<void> {
    this.#leases.clear();
  }

  async retire(video: VideoId, generation: Generation): Promise<boolean> {
    const now = this.#tallies.get(video)?.record.generation;
    if (now === undefined) return true;
    if (now !== generation || this.#live(video).length > 0) return false;
    this.#tallies.delete(video);
    this.#leases.delete(video);
    return true;
  }

  #grant(video: VideoId, lease: Lease): void {
    const held = this.#leases.get(video) ?? new Map<string, HeldLease>();
    this.#leases.set(video, held.set(lease.id, { lease, expiresAtMs: this.#now() + lease.ttlMs }));
  }

  /** Forgets what ran out or belongs to an older generation, and gives the rest. */
  #live(video: VideoId): readonly Lease[] {
    const held = this.#leases.get(video);
    if (!held) return [];
    const generation = this.#tallies.get(video)?.record.generation;
    for (const [id, { lease, expiresAtMs }] of held) {
      if (expiresAtMs <= this.#now() || lease.generation !== generation) held.delete(id);
    }
    return [...held.values()].map(({ lease }) => lease);
  }
}
