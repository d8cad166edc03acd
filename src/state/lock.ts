import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync as Database } from 'node:sqlite';
import { FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { DatabaseSync } from './sqlite.ts';
import { sqliteBusy, sqliteCodeOf } from './error.ts';

/** Who holds a lock, for the message to whoever comes second. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** A lock that is held until it is released or its process is gone. */
export interface StateLock {
  release(): void;
}

const lockName = 'lock.db';

/** Folders whose lock this process holds, and so must not open again. */
const heldHere = new Set<string>();

/**
 * Takes the folder for this process.
 *
 * The lock is an exclusive transaction on a database of its own, so it is a lock of the
 * operating system: it vanishes with its process, however that ends, and keeps no reader
 * of the state out. Nothing else may open `lock.db`: on POSIX, closing any other
 * descriptor of the file would drop the lock (https://www.sqlite.org/howtocorrupt.html, 2.2).
 *
 * @throws {FlantsError} `state.locked` when another run, of this process or another, holds it
 */
export function takeLock(dir: string): StateLock {
  const holderPath = join(dir, 'lock.json');
  const lock = new DatabaseSync(join(dir, lockName));
  try {
    // Who looks whether it is held keeps others out for a moment.
    lock.exec(`PRAGMA busy_timeout = ${second / 4}; BEGIN EXCLUSIVE`);
    const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    writeFileSync(holderPath, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    lock.close();
    if (sqliteCodeOf(error) === sqliteBusy) throw lockedBy(readHolder(holderPath), dir, error);
    throw error;
  }
  const place = realpathSync(dir);
  heldHere.add(place);
  return {
    release: () => {
      heldHere.delete(place);
      try {
        rmSync(holderPath, { force: true });
      } catch {
        // It only names the holder, and says nothing without the lock: no reason to hide how the run ended.
      }
      lock.close();
    },
  };
}

/** Whether a run, of this process or another, holds the folder. Where that cannot be told, one may. */
export function isLocked(dir: string): boolean {
  let lock: Database | undefined;
  try {
    if (!existsSync(join(dir, lockName))) return false;
    if (heldHere.has(realpathSync(dir))) return true;
    lock = new DatabaseSync(join(dir, lockName), { readOnly: true });
    lock.exec('PRAGMA schema_version');
    return false;
  } catch {
    return true;
  } finally {
    lock?.close();
  }
}

function lockedBy(holder: Holder | undefined, dir: string, cause: unknown): FlantsError {
  const who = holder ? ` (pid ${holder.pid} on ${holder.host}, since ${holder.since})` : '';
  return new FlantsError('state.locked', `another run${who} holds the state ${dir}; wait for its end, or stop it`, {
    cause,
  });
}

/** undefined where the holder has not written it yet. */
function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
