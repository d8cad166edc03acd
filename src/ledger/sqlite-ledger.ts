import type { StatementSync } from 'node:sqlite';
import { applyChange, openFiles } from '../domain/change.ts';
import type { Change, Tally } from '../domain/change.ts';
import { isSettled, isUnderWay } from '../domain/video.ts';
import type { Generation, RevisionDigest, VideoId, VideoRecord } from '../domain/video.ts';
import type { StateFile } from '../state/file.ts';
import type { Applied, BatchEnding, EndedBatch, Ledger, Lease, Survey } from './ledger.ts';
import { leasesConflict } from './lease-conflict.ts';
import { bitsKinds, leaseOf, recordOf, tallyOf, valuesOf } from './sqlite-ledger-rows.ts';
import type { LeaseRow, TallyRow, VideoRow } from './sqlite-ledger-rows.ts';

/** How many videos are read at a time, so that no read stays open while others write. */
const pageSize = 500;

/** A ledger in a state file. Its `close` leaves the file open. */
export class SqliteLedger implements Ledger {
  readonly #state: StateFile;
  readonly #sql: Readonly<Record<keyof typeof statements, StatementSync>>;
  readonly #now: () => number;

  /** @param options.now - milliseconds since the epoch, as leases outlive the process; they run out by it */
  constructor(state: StateFile, { now = Date.now }: { readonly now?: () => number } = {}) {
    this.#state = state;
    this.#now = now;
    const entries = Object.entries(statements).map(([name, sql]) => [name, state.prepare(sql)]);
    this.#sql = Object.fromEntries(entries) as Record<keyof typeof statements, StatementSync>;
  }

  async apply(video: VideoId, change: Change): Promise<Applied> {
    return this.#state.write(() => this.#apply(video, change));
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
      return { record, leases: this.#live(video), open: tally ? openFiles(tally) : [] };
    });
  }

  async *videos(): AsyncIterable<{ readonly video: VideoId; readonly record: VideoRecord }> {
    let after = '';
    for (;;) {
      const rows = this.#state.read(() => this.#sql.readPage.all(after, pageSize) as unknown as VideoRow[]);
      for (const row of rows) yield { video: row.video, record: recordOf(row) };
      const last = rows.at(-1);
      if (!last) return;
      after = last.video;
    }
  }

  async lease(video: VideoId, lease: Lease, revision?: RevisionDigest): Promise<boolean> {
    return this.#state.write(() => {
      const record = this.#record(video);
      if (record?.generation !== lease.generation) return false;
      if (revision !== undefined && !isUnderWay(record, revision)) {
        this.#sql.dropLease.run(video, lease.id);
        return false;
      }
      if (this.#live(video).some((other) => leasesConflict(lease, other))) return false;
      this.#grant(video, lease);
      return true;
    });
  }

  async pass(video: VideoId, leaseId: string, successors: readonly Lease[]): Promise<boolean> {
    return this.#state.write(() => this.#pass(video, leaseId, successors));
  }

  async endBatch(video: VideoId, { leaseId, outcomes, successors }: BatchEnding): Promise<EndedBatch> {
    return this.#state.write(() => ({
      applied: this.#apply(video, outcomes),
      isPassed: this.#pass(video, leaseId, successors),
    }));
  }

  async renew(video: VideoId, leaseId: string, ttlMs: number): Promise<boolean> {
    return this.#state.write(() => {
      const lease = this.#live(video).find(({ id }) => id === leaseId);
      if (lease) this.#grant(video, { ...lease, ttlMs });
      return lease !== undefined;
    });
  }

  async release(video: VideoId, leaseId: string): Promise<void> {
    this.#state.write(() => this.#sql.dropLease.run(video, leaseId));
  }

  async leases(video: VideoId): Promise<readonly Lease[]> {
    return this.#state.read(() => this.#live(video));
  }

  async releaseAll(): Promise<void> {
    this.#state.write(() => this.#sql.dropAllLeases.run());
  }

  async retire(video: VideoId, generation: Generation): Promise<boolean> {
    return this.#state.write(() => {
      const now = this.#record(video)?.generation;
      if (now === undefined) return true;
      if (now !== generation || this.#live(video).length > 0) return false;
      for (const drop of [this.#sql.dropVideo, this.#sql.dropBits, this.#sql.dropLeases]) drop.run(video);
      return true;
    });
  }

  async close(): Promise<void> {}

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
    this.#sql.dropLease.run(video, leaseId);
    for (const successor of successors) this.#grant(video, successor);
    return true;
  }

  #live(video: VideoId): readonly Lease[] {
    return (this.#sql.readLeases.all(video, this.#now()) as unknown as LeaseRow[]).map(leaseOf);
  }

  #grant(video: VideoId, { id, generation, kind, files, ttlMs }: Lease): void {
    const now = this.#now();
    this.#sql.dropDeadLeases.run(video, now, generation);
    this.#sql.writeLease.run(video, id, generation, kind, JSON.stringify(files), ttlMs, now + ttlMs);
  }

  #record(video: VideoId): VideoRecord | undefined {
    const row = this.#sql.readVideo.get(video) as VideoRow | undefined;
    return row && recordOf(row);
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
