import type { StatementSync } from 'node:sqlite';
import { applyChange } from '../domain/change.ts';
import type { Change, Tally } from '../domain/change.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { StateFile } from '../state/state-file.ts';
import type { Applied, Ledger, Lease } from './ledger.ts';
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
    return this.#state.write(() => {
      const before = this.#tally(video);
      const changed = applyChange(before, change);
      if (changed.result === 'stale') return { result: 'stale', record: before?.record };
      this.#store(video, before, changed.tally);
      return { result: 'applied', before: before?.record, record: changed.tally.record };
    });
  }

  async read(video: VideoId): Promise<VideoRecord | undefined> {
    return this.#state.read(() => this.#record(video));
  }

  async tally(video: VideoId): Promise<Tally | undefined> {
    return this.#state.read(() => this.#tally(video));
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

  async lease(video: VideoId, lease: Lease): Promise<boolean> {
    return this.#state.write(() => {
      if (this.#record(video)?.generation !== lease.generation) return false;
      const now = this.#now();
      this.#sql.dropDeadLeases.run(video, now, lease.generation);
      if (lease.kind !== 'batch' && this.#sql.readRival.get(video, lease.id)) return false;
      const { id, generation, kind, files, ttlMs } = lease;
      this.#sql.writeLease.run(video, id, generation, kind, JSON.stringify(files), ttlMs, now + ttlMs);
      return true;
    });
  }

  async release(video: VideoId, leaseId: string): Promise<void> {
    this.#state.write(() => this.#sql.dropLease.run(video, leaseId));
  }

  async leases(video: VideoId): Promise<readonly Lease[]> {
    const rows = this.#state.read(() => this.#sql.readLeases.all(video, this.#now()) as unknown as LeaseRow[]);
    return rows.map(leaseOf);
  }

  async releaseAll(): Promise<void> {
    this.#state.write(() => this.#sql.dropAllLeases.run());
  }

  async close(): Promise<void> {}

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
  writeVideo: 'INSERT OR REPLACE INTO ledger_videos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
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
  readRival: "SELECT 1 FROM ledger_leases WHERE video = ? AND id <> ? AND kind <> 'batch'",
  writeLease: 'INSERT OR REPLACE INTO ledger_leases VALUES (?, ?, ?, ?, ?, ?, ?)',
  dropLease: 'DELETE FROM ledger_leases WHERE video = ? AND id = ?',
  dropDeadLeases: 'DELETE FROM ledger_leases WHERE video = ? AND (expires_at_ms <= ? OR generation <> ?)',
  dropAllLeases: 'DELETE FROM ledger_leases',
} as const;
