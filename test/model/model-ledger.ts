import assert from 'node:assert/strict';
import { applyChange } from '../../src/domain/change.ts';
import type { Change, Tally } from '../../src/domain/change.ts';
import { countOf, subtract } from '../../src/domain/index-ranges.ts';
import type { VideoId } from '../../src/domain/video.ts';
import type { Lease } from '../../src/ledger/ledger.ts';

/** A ledger in a map, with a clock that the model turns, which checks each change as it is made. */
export class ModelLedger {
  now = 0;
  readonly #tallies = new Map<VideoId, Tally>();
  readonly #leases = new Map<VideoId, Map<string, Lease & { readonly until: number }>>();

  tally(video: VideoId): Tally | undefined {
    return this.#tallies.get(video);
  }

  /** Applies the change; whether it was not stale. What is late must be, and must leave everything as it is. */
  apply(video: VideoId, change: Change): boolean {
    const before = this.#tallies.get(video);
    const told = JSON.stringify(before);
    const changed = applyChange(before, change);
    assert.equal(JSON.stringify(before), told, `${change.type} altered the tally that it was given`);
    if (isLate(before, change)) assert.equal(changed.result, 'stale', `${change.type} was late`);
    if (changed.result === 'stale') return false;
    this.#tallies.set(video, changed.tally);
    return true;
  }

  lease(video: VideoId, lease: Lease): boolean {
    if (this.#tallies.get(video)?.record.generation !== lease.generation) return false;
    const claimsTheSame = (other: Lease): boolean =>
      lease.kind === 'batch'
        ? other.kind === 'batch' && countOf(subtract(lease.files, other.files)) < countOf(lease.files)
        : other.kind !== 'batch';
    if (this.leases(video).some((other) => other.id !== lease.id && claimsTheSame(other))) return false;
    const leases = this.#leases.get(video) ?? new Map<string, Lease & { readonly until: number }>();
    this.#leases.set(video, leases.set(lease.id, { ...lease, until: this.now + lease.ttlMs }));
    return true;
  }

  pass(video: VideoId, id: string, successors: readonly Lease[]): boolean {
    if (!this.leases(video).some((lease) => lease.id === id)) return false;
    this.release(video, id);
    for (const successor of successors)
      assert.ok(this.lease(video, successor), 'a successor claims what its parent did not');
    return true;
  }

  release(video: VideoId, id: string): void {
    this.#leases.get(video)?.delete(id);
  }

  /** Live leases of the present generation. */
  leases(video: VideoId): readonly (Lease & { readonly until: number })[] {
    const generation = this.#tallies.get(video)?.record.generation;
    return [...(this.#leases.get(video)?.values() ?? [])].filter(
      (lease) => lease.until > this.now && lease.generation === generation,
    );
  }

  wipe(): void {
    this.#tallies.clear();
    this.#leases.clear();
  }
}

/** Said here once more, apart from the code that is tested. */
function isLate(tally: Tally | undefined, change: Change): boolean {
  const present = tally?.record;
  const isOfRevision = !('revision' in change) || change.revision === present?.revision;
  const isApplied = present?.generation === change.generation && isOfRevision;
  if (change.type === 'open') return change.seen !== present?.generation && !isApplied;
  if (change.type === 'register') return !present || (change.seen !== present.generation && !isApplied);
  return !isApplied;
}
