import type { Pace } from './remaining.ts';
import { minute, second } from './units.ts';

/** Sums since the beginning. */
export interface Sums {
  /** Milliseconds on a clock that never goes back. */
  readonly at: number;
  readonly files: number;
  readonly bytes: number;
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
