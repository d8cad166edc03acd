import { formatCount } from '../domain/amount-text.ts';
import type { Remaining } from '../domain/remaining.ts';
import { GiB, KiB, MiB, second } from '../domain/units.ts';

const TiB = 1024 * GiB;

/** Bytes in binary units with three figures: `512 B`, `1.50 MiB`, `213 GiB`. */
export function formatBytes(sizeBytes: number): string {
  const units = [[TiB, 'TiB'], [GiB, 'GiB'], [MiB, 'MiB'], [KiB, 'KiB']] as const; // prettier-ignore
  for (const [unit, name] of units) if (sizeBytes >= unit) return `${threeFigures(sizeBytes / unit)} ${name}`;
  return `${Math.max(0, Math.round(sizeBytes))} B`;
}

/** `12.0 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 09 min`, `3 d 04 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10 * second) return `${(Math.max(0, milliseconds) / second).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / second);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/**
 * How long something takes that was estimated. A guess is rounded, so that it does not seem more exact than it is:
 * `about 25 s`, `about 3 min`, `about 2 h 10 min`, `about 3 d`.
 */
export function formatRemaining({ remainingMs, remainingIsGuess }: Remaining): string {
  if (remainingIsGuess === undefined) return formatDuration(remainingMs);
  const seconds = remainingMs / second;
  if (seconds < 57.5) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  const tens = Math.round(minutes / 10);
  if (tens < 6 * 24) return `about ${Math.floor(tens / 6)} h${tens % 6 > 0 ? ` ${(tens % 6) * 10} min` : ''}`;
  return `about ${Math.round(minutes / 60 / 24)} d`;
}

/** A number that was estimated, rounded up to three digits: `about 28,500`. */
export function formatAboutCount(count: number): string {
  const step = 10 ** Math.max(0, String(Math.round(count)).length - 3);
  return `about ${formatCount(Math.ceil(count / step) * step)}`;
}

/** Share of `part` in `whole`, from `0%` to `100%`. 100 only if nothing is missing. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return '0%';
  return `${part >= whole ? 100 : Math.min(99, Math.floor((part / whole) * 100))}%`;
}

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
