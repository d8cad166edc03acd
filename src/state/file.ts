import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync as Database, StatementSync } from 'node:sqlite';
import { KiB, MiB, second } from '../domain/units.ts';
import { DatabaseSync } from './sqlite.ts';
import { stateError, unusable } from './error.ts';
import { takeLock } from './lock.ts';
import type { StateLock } from './lock.ts';
import { migrations } from './schema.ts';

/**
 * The one SQLite file of an embedded run. Ledger and journal work on it side by side.
 *
 * Whoever opened it closes it, after the adapters on it.
 */
export interface StateFile {
  /** Of the database file, for messages. */
  readonly path: string;
  /** Nobody else writes it while it is open here. */
  readonly isOwned: boolean;
  prepare(sql: string): StatementSync;
  /** Runs statements that only read. @throws {FlantsError} `state.unusable` */
  read<T>(work: () => T): T;
  /** Runs statements in one transaction: all of it stands, or nothing. Never nested. @throws {FlantsError} `state.unusable` */
  write<T>(work: () => T): T;
  /** Lets go of file and lock; a second call does nothing. */
  close(): void;
}

const fileName = 'state.db';

/** Whether something was ever run with this folder. */
export function hasStateFile(dir: string): boolean {
  return existsSync(join(dir, fileName));
}

/**
 * Opens the state in a folder, which is made where it is missing, and holds it
 * against other runs until `close` or the end of the process.
 *
 * A reader (`readOnly`) takes no lock and may come while a run is under way; it sees
 * whatever was committed when each of its reads began. It makes nothing.
 *
 * @throws {FlantsError} `state.locked` when another run holds the state; `state.unusable` when the
 *   folder or file cannot be made, read or written, is damaged, or was written by a newer version
 */
export function openStateFile(dir: string, { readOnly = false }: { readonly readOnly?: boolean } = {}): StateFile {
  const path = join(dir, fileName);
  if (readOnly && !existsSync(path)) throw unusable(path, 'there is none; nothing was run with this folder yet');
  const lock = guarded(dir, () => {
    if (readOnly) return undefined;
    makeFolder(dir);
    return takeLock(dir);
  });
  let db: Database | undefined;
  try {
    const opened = guarded(path, () => new DatabaseSync(path, { readOnly }));
    db = opened;
    guarded(path, () => (readOnly ? prepareReader(opened, path) : prepareWriter(opened, path)));
  } catch (error) {
    db?.close();
    lock?.release();
    throw error;
  }
  return stateFileOf(db, path, lock);
}

function stateFileOf(db: Database, path: string, lock: StateLock | undefined): StateFile {
  return {
    path,
    isOwned: lock !== undefined,
    prepare: (sql) => guarded(path, () => db.prepare(sql)),
    read: (work) => guarded(path, work),
    write: (work) => guarded(path, () => inTransaction(db, work)),
    close: () => {
      if (!db.isOpen) return;
      db.close();
      lock?.release();
    },
  };
}

/**
 * WAL lets readers in while a run writes. NORMAL may forget the last transactions when the
 * machine loses power, never when only the process dies; as they are forgotten newest
 * first, a bit of the ledger never outlives the evidence that was written before it.
 */
function prepareWriter(db: Database, path: string): void {
  db.exec(`
    PRAGMA busy_timeout = ${5 * second};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA journal_size_limit = ${64 * MiB};
    PRAGMA cache_size = ${-(8 * MiB) / KiB};
    PRAGMA temp_store = MEMORY;
  `);
  const known = knownVersion(db, path);
  for (const [step, sql] of migrations.entries()) {
    if (step < known) continue;
    inTransaction(db, () => db.exec(`${sql}; PRAGMA user_version = ${step + 1}`));
  }
}

function prepareReader(db: Database, path: string): void {
  db.exec(`PRAGMA busy_timeout = ${5 * second}`);
  if (knownVersion(db, path) < migrations.length) {
    throw unusable(path, 'it was written by an older version of FLAnts; the next run brings it up to date');
  }
}

function knownVersion(db: Database, path: string): number {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    throw unusable(
      path,
      `it was written by a newer version of FLAnts (format ${version}, this one knows ${migrations.length}); update FLAnts`,
    );
  }
  return version;
}

function inTransaction<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk and the like have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Node's own `recursive` says of a read-only file system that the path does not exist. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  if (dirname(dir) !== dir) makeFolder(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Another run may have made it just now.
    if (!existsSync(dir)) throw error;
  }
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stateError(path, error);
  }
}
