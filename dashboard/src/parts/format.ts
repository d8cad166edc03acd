import { formatCount, formatCounted } from '../../../src/domain/report/amount-text.ts';
import type { FileCounts, VideoState } from '../api/contract.ts';

const oneDecimal = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

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
