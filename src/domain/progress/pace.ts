import type { Pace } from './remaining.ts';
import { minute, second } from '../units.ts';

/** Sums since the beginning. */
export interface Sums {
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
  readonly files: number;
  readonly bytes: number;
}

/** Speed over the last seconds. */
export interface Rates {
  /** With one decimal. */
  readonly filesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Measures the speed of the last seconds, as people want to see it. */
export interface RateMeter {
  add(sums: Sums): void;
  rates(): Rates;
}

/** Rates are averages over this time. */
const windowMs = 10 * second;

/** Creates a meter that shows no speed until it has been given two sums. */
export function createRateMeter(): RateMeter {
  const recent: Sums[] = [];
  return {
    add(sums) {
      recent.push(sums);
      while (recent.length > 2 && (recent[1]?.at ?? sums.at) <= sums.at - windowMs) recent.shift();
    },
    rates() {
      const [first, last] = [recent[0], recent.at(-1)];
      const seconds = first && last ? (last.at - first.at) / second : 0;
      if (!first || !last || seconds <= 0) return { filesPerSecond: 0, bytesPerSecond: 0 };
      return {
        filesPerSecond: Math.round(((last.files - first.files) / seconds) * 10) / 10,
        bytesPerSecond: Math.round((last.bytes - first.bytes) / seconds),
      };
    },
  };
}

/** Measures the pace of a copy for an estimate of its end: steadier than the speed of the last seconds. */
export interface PaceMeter {
  add(sums: Sums): void;
  pace(): Pace;
}

/** Before so much time has passed since the first file, one slow file would decide. */
const firstMs = 2 * second;

/**
 * Creates a meter. Older files count less and less: what is as old as a third of the time so far, at least 10 seconds and
 * at most 10 minutes, counts 37 percent. The time before the first file counts for nothing.
 */
export function createPaceMeter(): PaceMeter {
  let [last, begun]: (Sums | undefined)[] = [];
  let [seconds, files, bytes] = [0, 0, 0];
  return {
    add(sums) {
      if (last && sums.at <= last.at) return;
      const before = last;
      last = sums;
      if (before && sums.files > 0) begun ??= before;
      if (!before || !begun) return;
      const passedMs = sums.at - before.at;
      const memoryMs = Math.min(10 * minute, Math.max(10 * second, (sums.at - begun.at) / 3));
      const kept = Math.exp(-passedMs / memoryMs);
      seconds = seconds * kept + passedMs / second;
      files = files * kept + sums.files - before.files;
      bytes = bytes * kept + sums.bytes - before.bytes;
    },
    pace() {
      if (!last || !begun || last.at - begun.at < firstMs) return { filesPerSecond: 0, bytesPerSecond: 0 };
      return {
        filesPerSecond: files / seconds,
        bytesPerSecond: bytes / seconds,
        ...(last.files > 0 ? { bytesPerFile: last.bytes / last.files } : {}),
      };
    },
  };
}
