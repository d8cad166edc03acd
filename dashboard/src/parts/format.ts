import type { FileCounts, VideoState } from '../api/contract.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const threeFigures = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** `1,234,567`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 file`, `2 files`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;
}

/** `512 B`, `1.50 MiB`, `213 GiB`, as the command line writes them. */
export function formatBytes(sizeBytes: number): string {
  let [value, unit] = [sizeBytes, 0];
  while (value >= 1024 && unit < byteUnits.length - 1) [value, unit] = [value / 1024, unit + 1];
  const text = unit === 0 || value >= 999.5 ? formatCount(value) : threeFigures.format(value);
  return `${text} ${byteUnits[unit] ?? 'B'}`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `12 s`, `3 min 05 s`, `2 h 09 min`, `3 d 04 h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** A duration that was guessed, rounded as the command line does: `about 25 s`, `about 3 min`, `about 2 h 10 min`. */
export function formatAbout(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 57.5) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `about ${minutes} min`;
  const tens = Math.round(minutes / 10);
  if (tens < 6 * 24) return `about ${Math.floor(tens / 6)} h${tens % 6 > 0 ? ` ${(tens % 6) * 10} min` : ''}`;
  return `about ${Math.round(minutes / 60 / 24)} d`;
}

/** A number that was estimated, rounded up to three digits as the command line does: `about 28,500`. */
export function formatAboutCount(count: number): string {
  const step = 10 ** Math.max(0, String(Math.round(count)).length - 3);
  return `about ${formatCount(Math.ceil(count / step) * step)}`;
}

/** Per cent with one decimal, cut off and not rounded: `100` only where nothing is missing. */
export function formatPercent(part: number, total: number): string {
  if (total <= 0) return '0';
  if (part >= total) return '100';
  return oneDecimal.format(Math.floor((part / total) * 1000) / 10);
}

/** `14:05`, and the date where that is another day. */
export function formatInstant(at: number | string, now = Date.now()): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const isToday = date.toDateString() === new Date(now).toDateString();
  return isToday
    ? time
    : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}, ${time}`;
}

/** `4,980 of 5,000 files, 3 failed`. */
export function formatFiles({ total, done, failed, accepted }: FileCounts): string {
  const parts = [`${formatCount(done)} of ${formatCounted(total, 'file')}`];
  if (failed > accepted) parts.push(`${formatCount(failed - accepted)} failed`);
  if (accepted > 0) parts.push(`${formatCount(accepted)} accepted`);
  return parts.join(', ');
}

/** The states of a video, in the order in which people look for them. */
export const stateNames: Readonly<Record<VideoState, string>> = {
  copying: 'copying',
  publishing: 'publishing',
  waiting: 'waiting',
  live: 'live',
  incomplete: 'incomplete',
  invalid: 'invalid',
  paused: 'paused',
  cancelled: 'cancelled',
  published: 'published',
};

/** What a failure's code says, in words. */
export function describeCode(code: string): string {
  return codeWords[code] ?? code;
}

const codeWords: Readonly<Record<string, string>> = {
  'source.unreachable': 'The source cannot be reached',
  'source.host-unknown': 'The source’s host is not known',
  'source.tls': 'The source’s certificate is not valid',
  'source.timeout': 'The source takes too long',
  'source.silent': 'The source is left alone, as it does not answer',
  'source.status': 'The source answers with an error',
  'source.throttled': 'The source asks for less',
  'source.not-found': 'Not found at the source',
  'source.gone': 'Gone from the source',
  'source.denied': 'The source denies access',
  'source.short-body': 'The source sends too little',
  'source.wrong-body': 'The source sends something else',
  'source.too-large': 'Larger than allowed',
  'source.changed': 'Changed at the source',
  'source.refused': 'Refused by policy',
  'source.forbidden': 'An address that is not allowed',
  'store.unreachable': 'The destination cannot be reached',
  'store.timeout': 'The destination takes too long',
  'store.status': 'The destination answers with an error',
  'store.throttled': 'The destination asks for less',
  'store.checksum': 'Damaged on the way',
  'store.conflict': 'Something else is there already',
  'store.key-denied': 'No right to write this file',
  'store.denied': 'No right to write there',
  'store.no-bucket': 'The bucket does not exist',
  'store.full': 'The destination is full',
  'hls.not-a-playlist': 'Not a playlist',
  'hls.empty': 'A playlist without files',
  'hls.malformed': 'A malformed playlist',
  'hls.external': 'Names files elsewhere',
};

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
