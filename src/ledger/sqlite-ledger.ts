import type { StatementSync } from 'node:sqlite';
import { applyChange, openFiles } from '../domain/change.ts';
import type { Change, Tally } from '../domain/change.ts';
import { isSettled, isUnderWay } from '../domain/video.ts';
import type { Generation, RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { StateFile } from '../state/file.ts';
import { createRowCache } from '../state/row-cache.ts';
import type { RowCache } from '../state/row-cache.ts';
import type { Applied, BatchEnding, EndedBatch, Ledger, Lease, Survey } from './ledger.ts';
import { leasesConflict } from './lease-conflict.ts';
import { bitsKinds, leaseOf, recordOf, tallyOf, valuesOf } from './sqlite-ledger-rows.ts';
import type { LeaseRow, TallyRow, VideoRow } from './sqlite-ledger-rows.ts';

/** How many videos are read at a time, so that no read stays open while others write. */
const pageSize = 500;

/** A lease in memory. */
interface HeldLease {
  readonly lease: Lease;
  readonly expiresAtMs: number;
}

/**
 * A ledger in a state file.
 *
 * Leases of batches are in the file: what a run that was killed had given out to functions may still be written. Those of
 * crawls and publications end with their process, so no reader beside a run sees them.
 */
export class SqliteLedger implements Ledger {
  readonly #state: StateFile;
  readonly #sql: Readonly<Record<keyof typeof statements, StatementSync>>;
  readonly #now: () => number;
  /** Of crawls and publications, of which a video has one at the most. */
  readonly #wholeVideoLeases = new Map<VideoId, HeldLease>();
  readonly #records: RowCache<VideoRecord>;

  /** @param options.now - milliseconds since the epoch, as leases outlive the process; they run out by it */
  constructor(state: StateFile, { now = Date.now }: { readonly now?: () => number } = {}) {
    this.#state = state;
    this.#records = createRowCache(state);
    this.#now = now;
    const entries = Object.entries(statements).map(([name, sql]) => [name, state.prepare(sql)]);
    this.#sql = Object.fromEntries(entries) as Record<keyof typeof statements, StatementSync>;
  }

  async apply(video: VideoId, change: Change): Promise<Applied> {
    const applied = this.#state.write(() => this.#apply(video, change));
    if (applied.record) this.#records.keep(video, applied.record);
    return applied;
  }

  async read(video: VideoId): Promise<VideoRecord | undefined> {
    return this.#state.read(() => this.#record(video));
  }

  async tally(video: VideoId): Promise<Tally | undefined> {
    return this.#state.read(() => this.#tally(video));
  }

  async survey(video: VideoId): Promise<Survey | undefined> {
    return this.#state.read(() => {
      const record = this.#record(video);
      if (!record) return undefined;
      const tally = isSettled(record) ? undefined : this.#tally(video);
      return { record, leases: this.#live(video, record), open: tally ? openFiles(tally) : [] };
    });
  }

  async *videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }> {
    let after = '';
    for (;;) {
      const page = this.#state.read(() => this.#page(after));
      yield* page;
      const last = page.at(-1);
      if (!last) return;
      after = last.video;
    }
  }

  async lease(video: VideoId, lease: Lease, revision?: RevisionDigest): Promise<boolean> {
    const claim = (): boolean => {
      const record = this.#record(video);
      if (record?.generation !== lease.generation) return false;
      if (revision !== undefined && !isUnderWay(record, revision)) {
        this.#end(video, lease.id);
        return false;
      }
      const others = lease.kind === 'batch' ? this.#liveBatches(video) : this.#liveWhole(video, record);
      if (others.some((other) => leasesConflict(lease, other))) return false;
      this.#grant(video, lease);
      return true;
    };
    return lease.kind === 'batch' ? this.#state.write(claim) : this.#state.read(claim);
  }

  async pass(video: VideoId, leaseId: string, successors: readonly Lease[]): Promise<boolean> {
    return this.#state.write(() => this.#pass(video, leaseId, successors));
  }

  async endBatch(video: VideoId, { leaseId, outcomes, successors }: BatchEnding): Promise<EndedBatch> {
    const ended = this.#state.write(() => {
      // First, as it looks at the record: kept is only what has been committed.
      const isPassed = this.#pass(video, leaseId, successors);
      return { applied: this.#apply(video, outcomes), isPassed };
    });
    if (ended.applied.record) this.#records.keep(video, ended.applied.record);
    return ended;
  }

  async renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean> {
    return this.#state.write(() => {
      const lease = this.#live(video).find(({ id }) => id === leaseId);
      if (lease) this.#grant(video, { ...lease, ttlMs });
      return lease !== undefined;
    });
  }

  async release(video: VideoId, leaseId: string): Promise<void> {
    if (!this.#endWhole(video, leaseId)) this.#state.write(() => this.#sql.dropLease.run(video, leaseId));
  }

  async leases(video: VideoId): Promise<readonly Lease[]> {
    return this.#state.read(() => this.#live(video));
  }

  async releaseAll(): Promise<void> {
    this.#wholeVideoLeases.clear();
    this.#state.write(() => this.#sql.dropAllLeases.run());
  }

  async retire(video: VideoId, generation: Generation): Promise<boolean> {
    return this.#state.write(() => {
      const now = this.#record(video)?.generation;
      if (now === undefined) return true;
      if (now !== generation || this.#live(video).length > 0) return false;
      for (const drop of [this.#sql.dropVideo, this.#sql.dropBits, this.#sql.dropLeases]) drop.run(video);
      this.#wholeVideoLeases.delete(video);
      this.#records.drop(video);
      return true;
    });
  }

  #apply(video: VideoId, change: Change): Applied {
    const before = this.#tally(video);
    const changed = applyChange(before, change);
    if (changed.result === 'stale') return { result: 'stale', record: before?.record };
    this.#store(video, before, changed.tally);
    return { result: 'applied', before: before?.record, record: changed.tally.record };
  }

  #pass(video: VideoId, leaseId: string, successors: readonly Lease[]): boolean {
    const alive = new Set(this.#live(video).map(({ id }) => id));
    if (!alive.has(leaseId)) return successors.length > 0 && successors.every(({ id }) => alive.has(id));
    this.#end(video, leaseId);
    for (const successor of successors) this.#grant(video, successor);
    return true;
  }

  #live(video: VideoId, record = this.#record(video)): readonly Lease[] {
    return [...this.#liveBatches(video), ...this.#liveWhole(video, record)];
  }

  #liveBatches(video: VideoId): readonly Lease[] {
    return (this.#sql.readLeases.all(video, this.#now()) as unknown as LeaseRow[]).map(leaseOf);
  }

  #liveWhole(video: VideoId, record: VideoRecord | undefined): readonly Lease[] {
    const held = this.#wholeVideoLeases.get(video);
    if (!held || held.expiresAtMs <= this.#now() || held.lease.generation !== record?.generation) return [];
    return [held.lease];
  }

  #grant(video: VideoId, lease: Lease): void {
    const { id, generation, kind, files, ttlMs } = lease;
    const now = this.#now();
    if (kind !== 'batch') {
      this.#wholeVideoLeases.set(video, { lease, expiresAtMs: now + ttlMs });
      return;
    }
    this.#sql.dropDeadLeases.run(video, now, generation);
    this.#sql.writeLease.run(video, id, generation, kind, JSON.stringify(files), ttlMs, now + ttlMs);
  }

  #end(video: VideoId, leaseId: string): void {
    if (!this.#endWhole(video, leaseId)) this.#sql.dropLease.run(video, leaseId);
  }

  /** @returns whether a crawl or publication had this lease */
  #endWhole(video: VideoId, leaseId: string): boolean {
    return this.#wholeVideoLeases.get(video)?.lease.id === leaseId && this.#wholeVideoLeases.delete(video);
  }

  #page(after: VideoId): readonly { readonly video: VideoId; readonly record: VideoRecord }[] {
    const rows = this.#sql.readPage.all(after, pageSize) as unknown as VideoRow[];
    return rows.map((row) => ({ video: row.video, record: this.#records.keep(row.video, recordOf(row)) }));
  }

  #record(video: VideoId): VideoRecord | undefined {
    const known = this.#records.get(video);
    if (known) return known;
    const row = this.#sql.readVideo.get(video) as VideoRow | undefined;
    return row && this.#records.keep(video, recordOf(row));
  }

  #tally(video: VideoId): Tally | undefined {
    const row = this.#sql.readTally.get(video) as TallyRow | undefined;
    return row && tallyOf(row);
  }

  #store(video: VideoId, before: Tally | undefined, after: Tally): void {
    if (before !== after) this.#sql.writeVideo.run(...valuesOf(video, after.record));
    for (const kind of bitsKinds) {
      const known = before?.[kind];
      if (known === undefined || (known !== after[kind] && Buffer.compare(known, after[kind]) !== 0)) {
        this.#sql.writeBits.run(video, kind, after[kind]);
      }
    }
  }
}

const statements = {
  readVideo: 'SELECT * FROM ledger_videos WHERE video = ?',
  readPage: 'SELECT * FROM ledger_videos WHERE video > ? ORDER BY video LIMIT ?',
  writeVideo: 'INSERT OR REPLACE INTO ledger_videos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  // One statement, so that a reader beside a run sees counts and bits of the same instant.
  readTally: `
    SELECT *,
      (SELECT bits FROM ledger_bits b WHERE b.video = v.video AND kind = 'done') AS done_bits,
      (SELECT bits FROM ledger_bits b WHERE b.video = v.video AND kind = 'failed') AS failed_bits,
      (SELECT bits FROM ledger_bits b WHERE b.video = v.video AND kind = 'accepted') AS accepted_bits
    FROM ledger_videos v WHERE video = ?`,
  writeBits: 'INSERT INTO ledger_bits VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET bits = excluded.bits',
  readLeases: `
    SELECT id, generation, kind, files, ttl_ms FROM ledger_leases JOIN ledger_videos USING (video, generation)
    WHERE video = ? AND expires_at_ms > ? ORDER BY id`,
  writeLease: 'INSERT OR REPLACE INTO ledger_leases VALUES (?, ?, ?, ?, ?, ?, ?)',
  dropLease: 'DELETE FROM ledger_leases WHERE video = ? AND id = ?',
  dropDeadLeases: 'DELETE FROM ledger_leases WHERE video = ? AND (expires_at_ms <= ? OR generation <> ?)',
  dropVideo: 'DELETE FROM ledger_videos WHERE video = ?',
  dropBits: 'DELETE FROM ledger_bits WHERE video = ?',
  dropLeases: 'DELETE FROM ledger_leases WHERE video = ?',
  dropAllLeases: 'DELETE FROM ledger_leases',
} as const;
