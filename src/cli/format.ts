import { formatAbout, formatBytes, formatDuration } from '../domain/report/amount-text.ts';
import type { Remaining } from '../domain/progress/remaining.ts';

/** `12.0 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** How long something still takes: a guess is rounded. */
export function formatRemaining({ remainingMs, remainingIsGuess }: Remaining): string {
  return remainingIsGuess === undefined ? formatDuration(remainingMs) : formatAbout(remainingMs);
}

/** Share of `part` in `whole`, from `0%` to `100%`. 100 only if nothing is missing. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return '0%';
  return `${part >= whole ? 100 : Math.min(99, Math.floor((part / whole) * 100))}%`;
}
