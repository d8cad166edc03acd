import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError } from '../domain/failure.ts';

/**
 * A rate that all threads of a process keep together. It is memory that they share: whatever one does not use, another may,
 * and a change counts for all at once. It can be sent to threads, and to nothing else.
 */
export type SharedRate = SharedArrayBuffer;

/** The clock of a rate. All threads of a process have the same one. */
export interface RateClock {
  /** Milliseconds from an arbitrary start. Never goes back. */
  nowMs(): number;
  /** Rejects when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this process. */
export const processClock: RateClock = {
  nowMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
};

/** What was taken of a rate since it was created. */
export interface RateUse {
  readonly taken: number;
  /** Times that somebody had to wait. */
  readonly waits: number;
}

/** Cells of the shared memory, 64 bits each. */
const cell = { dueNs: 0, thousandthsPerSecond: 1, taken: 2, waits: 3 } as const;
const cellCount = 4;
/** What was not taken for this long may be taken at once: timers are late by some milliseconds. */
const burstMs = 250;
/** A waiter looks so often whether the rate has changed. */
const longestSleepMs = 500;

/** @param perSecond - undefined: no limit */
export function createSharedRate(perSecond?: number): SharedRate {
  const shared = new SharedArrayBuffer(cellCount * BigInt64Array.BYTES_PER_ELEMENT);
  Atomics.store(cellsOf(shared), cell.thousandthsPerSecond, thousandths(perSecond));
  return shared;
}

/**
 * Changes a rate. What is owed already is paid at the new rate.
 *
 * @param perSecond - undefined: no limit
 */
export function setSharedRate(shared: SharedRate, perSecond: number | undefined, clock = processClock): void {
  const cells = cellsOf(shared);
  const next = thousandths(perSecond);
  const former = Atomics.exchange(cells, cell.thousandthsPerSecond, next);
  if (former === next) return;
  const nowNs = BigInt(Math.round(clock.nowMs() * 1e6));
  for (;;) {
    const dueNs = Atomics.load(cells, cell.dueNs);
    const owedNs = dueNs - nowNs;
    if (owedNs <= 0n) return;
    const anew = next === 0n || former === 0n ? nowNs : nowNs + (owedNs * former) / next;
    if (Atomics.compareExchange(cells, cell.dueNs, dueNs, anew) === dueNs) return;
  }
}

/** What was taken so far, by all threads. */
export function sharedRateUse(shared: SharedRate): RateUse {
  const cells = cellsOf(shared);
  return { taken: Number(Atomics.load(cells, cell.taken)), waits: Number(Atomics.load(cells, cell.waits)) };
}

/**
 * Takes an amount, going into debt if necessary, and waits until the debt of all before it and its own is paid.
 *
 * @throws {FlantsError} `aborted` when stopped while it waits
 */
export async function takeFrom(
  shared: SharedRate,
  amount: number,
  signal: AbortSignal,
  clock: RateClock = processClock,
): Promise<void> {
  const cells = cellsOf(shared);
  Atomics.add(cells, cell.taken, BigInt(amount));
  let rate = Number(Atomics.load(cells, cell.thousandthsPerSecond));
  if (rate === 0) return;
  let leftMs = reserve(cells, (amount * 1e6) / rate, clock.nowMs());
  if (leftMs > 0) Atomics.add(cells, cell.waits, 1n);
  while (leftMs > 0) {
    const stepMs = Math.min(leftMs, longestSleepMs);
    const fromMs = clock.nowMs();
    await pause(stepMs, clock, signal);
    leftMs -= Math.max(stepMs, clock.nowMs() - fromMs);
    const now = Number(Atomics.load(cells, cell.thousandthsPerSecond));
    if (now === 0) return;
    leftMs = (leftMs * rate) / now;
    rate = now;
  }
}

/** Puts off what is due by a time, and returns how long it is until then. The generic cell rate algorithm. */
function reserve(cells: BigInt64Array, lastsMs: number, nowMs: number): number {
  for (;;) {
    const seen = Atomics.load(cells, cell.dueNs);
    const dueMs = Math.max(Number(seen) / 1e6, nowMs - burstMs) + lastsMs;
    if (Atomics.compareExchange(cells, cell.dueNs, seen, BigInt(Math.round(dueMs * 1e6))) === seen)
      return dueMs - nowMs;
  }
}

async function pause(durationMs: number, clock: RateClock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(durationMs, signal);
  } catch (cause) {
    if (signal.aborted) throw new FlantsError('aborted', 'stopped while waiting for its turn', { cause });
    throw cause;
  }
}

function thousandths(perSecond: number | undefined): bigint {
  return perSecond === undefined ? 0n : BigInt(Math.max(1, Math.round(perSecond * 1000)));
}

function cellsOf(shared: SharedRate): BigInt64Array {
  return new BigInt64Array(shared);
}
