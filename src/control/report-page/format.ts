import { formatCount } from '../../domain/report/amount-text.ts';
import { minute, second } from '../../domain/units.ts';

/** In decimal units, as bills and disks have them: `1.53 TB`. */
export function bytesText(sizeBytes: number): string {
  const units = ['TB', 'GB', 'MB', 'kB'];
  const power = units.findIndex((_, at) => sizeBytes >= 1000 ** (units.length - at));
  if (power < 0) return `${formatCount(sizeBytes)} B`;
  return `${Number((sizeBytes / 1000 ** (units.length - power)).toPrecision(3))} ${units[power]}`;
}

/** In the two largest units: `3 d 4 h`, `2 h 9 min`, `45 s`. */
export function timeText(milliseconds: number): string {
  const hour = 60 * minute;
  const units = [
    ['d', 24 * hour],
    ['h', hour],
    ['min', minute],
    ['s', second],
  ] as const;
  const first = units.findIndex(([, length]) => milliseconds >= length);
  if (first < 0) return 'less than a second';
  const [name, length] = units[first] ?? ['s', second];
  const next = units[first + 1];
  const rest = next ? Math.floor((milliseconds % length) / next[1]) : 0;
  return `${Math.floor(milliseconds / length)} ${name}${next && rest > 0 ? ` ${rest} ${next[0]}` : ''}`;
}

/** `30 Nov 2026, 03:12 UTC`. */
export function instantText(at: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' } as const;
  return `${new Date(at).toLocaleString('en-GB', options)} UTC`;
}

/** Text of a share that is 100 only if nothing is missing. */
export function shareText(part: number, whole: number): string {
  if (whole <= 0) return '0 %';
  return `${part >= whole ? 100 : Math.min(99, Math.floor((part / whole) * 100))} %`;
}

/** Text that cannot be markup, neither between tags nor in an attribute with double quotes. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
