import type { LiveListRow, listOrders } from '../domain/progress/live-view.ts';
import { videoStates } from '../domain/video.ts';
import type { VideoState } from '../domain/video.ts';
import type { VideoRow } from './library-view.ts';

/** Which videos to list, in which order, and which part of them. */
export interface ListQuery {
  /** Absent: all. */
  readonly states?: readonly VideoState[];
  /** Part of the id, the title or the URL, in any case. */
  readonly text?: string;
  readonly sort: (typeof listOrders)[number];
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

/** The rows that fit, in their order, and how many there are. Rows that are equal in it are in the order of their ids. */
export function listRows(
  rows: Iterable<VideoRow>,
  { states, text, sort, order, offset, limit }: ListQuery,
): { readonly total: number; readonly rows: readonly LiveListRow[] } {
  const wanted = states && new Set(states);
  const part = text?.toLowerCase();
  const found = [...rows].filter(
    (row) => row.words && (!wanted || wanted.has(row.state)) && (part === undefined || mentions(row, part)),
  );
  const sign = order === 'asc' ? 1 : -1;
  const compare = comparisons[sort];
  found.sort((a, b) => sign * compare(a, b) || (a.id < b.id ? -1 : 1));
  return { total: found.length, rows: found.slice(offset, offset + limit).map(listRowOf) };
}

type Comparison = (a: VideoRow, b: VideoRow) => number;

const titles = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const stateRanks = new Map(videoStates.map((state, rank) => [state, rank]));

const comparisons: Readonly<Record<ListQuery['sort'], Comparison>> = {
  // The youngest first; those without a date last.
  age: (a, b) => recordedAt(b) - recordedAt(a),
  failures: (a, b) => failures(a) - failures(b),
  state: (a, b) => (stateRanks.get(a.state) ?? 0) - (stateRanks.get(b.state) ?? 0),
  title: (a, b) => titles.compare(a.words?.title ?? a.id, b.words?.title ?? b.id),
  progress: (a, b) => progress(a) - progress(b),
};

function recordedAt({ words }: VideoRow): number {
  const at = Date.parse(words?.recordedAt ?? '');
  return Number.isNaN(at) ? 0 : at;
}

/** A video without a plan that is invalid has one: itself. */
function failures({ record, state }: VideoRow): number {
  return state === 'invalid' ? Math.max(1, record.failed) : record.failed - record.accepted;
}

function progress({ record: { done, total }, state }: VideoRow): number {
  if (total > 0) return done / total;
  return state === 'published' ? 1 : 0;
}

function mentions({ id, words }: VideoRow, part: string): boolean {
  return [id, words?.title, words?.playlistUrl].some((each) => each?.toLowerCase().includes(part));
}

function listRowOf({ id, words, record, state, since }: VideoRow): LiveListRow {
  const { total, done, failed, accepted, fresh, invalid } = record;
  return {
    id,
    ...(words?.title === undefined ? {} : { title: words.title }),
    playlistUrl: words?.playlistUrl ?? '',
    ...(words?.recordedAt === undefined ? {} : { recordedAt: words.recordedAt }),
    state,
    files: { total, done, failed, accepted },
    ...(fresh ? { fresh } : {}),
    ...(invalid ? { invalid } : {}),
    since,
  };
}
