import { GiB, KiB, MiB, second } from '../units.ts';

/** Formats `1234567` as `1,234,567`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `2 files`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** `$12.34`; sums below ten cents with three figures: `$0.00123`. */
export function formatDollars(dollars: number): string {
  return `$${dollars === 0 || dollars >= 0.1 ? dollars.toFixed(2) : Number(dollars.toPrecision(3))}`;
}

const TiB = 1024 * GiB;

/** Bytes in binary units with three figures: `512 B`, `1.50 MiB`, `213 GiB`. */
export function formatBytes(sizeBytes: number): string {
  const units = [[TiB, 'TiB'], [GiB, 'GiB'], [MiB, 'MiB'], [KiB, 'KiB']] as const; // prettier-ignore
  for (const [unit, name] of units) if (sizeBytes >= unit) return `${threeFigures(sizeBytes / unit)} ${name}`;
  return `${Math.max(0, Math.round(sizeBytes))} B`;
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
 * A duration that was guessed, rounded so that it does not seem more exact than it is: `about 25 s`, `about 3 min`,
 * `about 2 h 10 min`, `about 3 d`.
 */
export function formatAbout(milliseconds: number): string {
  const seconds = milliseconds / second;
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

function threeFigures(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
