import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FlantsError } from '../domain/failure.ts';
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
  const lock = new DatabaseSync(join(dir, 'lock.db'));
  try {
    lock.exec('BEGIN EXCLUSIVE');
    const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    writeFileSync(holderPath, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    lock.close();
    if (sqliteCodeOf(error) === sqliteBusy) throw lockedBy(readHolder(holderPath), dir, error);
    throw error;
  }
  return {
    release: () => {
      try {
        rmSync(holderPath, { force: true });
      } catch {
        // It only names the holder, and says nothing without the lock: no reason to hide how the run ended.
      }
      lock.close();
    },
  };
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
