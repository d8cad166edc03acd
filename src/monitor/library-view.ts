import type { LiveVideo } from '../domain/progress/live-view.ts';
import type { Totals } from '../domain/report/copy.ts';
import { addToTotals, emptyTotals } from '../domain/report/totals.ts';
import { openCountOf, stateOf } from '../domain/video.ts';
import type { Submission, VideoId, VideoRecord, VideoState } from '../domain/video.ts';

/** What a list tells of a video beside its record. */
export type VideoWords = Pick<Submission, 'playlistUrl' | 'title' | 'recordedAt'>;

/** One video of the library. */
export interface VideoRow {
  readonly id: VideoId;
  /** Absent until its submission was read. */
  readonly words?: VideoWords;
  readonly record: VideoRecord;
  readonly state: VideoState;
  /** When it was first seen in this state: milliseconds since the epoch. */
  readonly since: number;
}

/** How many videos are shown by themselves, and how long a published one stays. */
export interface ShownLimits {
  readonly maxVideos: number;
  /** Files of all shown fields. */
  readonly maxFieldFiles: number;
  readonly publishedStaysMs: number;
}

/** The videos of a library with their sums. It knows no bits. */
export interface LibraryView {
  /** Adds a video, or replaces what is known of it. */
  put(id: VideoId, change: { readonly record?: VideoRecord; readonly words?: VideoWords }): void;
  remove(id: VideoId): void;
  row(id: VideoId): VideoRow | undefined;
  rows(): IterableIterator<VideoRow>;
  readonly size: number;
  readonly totals: Totals;
  /** Files that are still to be copied, without those of videos at rest. */
  readonly openFiles: number;
  /** Grows with each change of what a list shows, counts of done files apart. */
  readonly version: number;
  /** The videos to show by themselves, those in progress first, and whether with their field. */
  shown(limits: ShownLimits): ReadonlyMap<VideoId, { readonly hasField: boolean }>;
}

const inProgress: ReadonlySet<VideoState> = new Set(['copying', 'publishing']);
const wantsAttention: ReadonlySet<VideoState> = new Set(['incomplete', 'invalid', 'paused']);

/** @param now - milliseconds since the epoch */
export function createLibraryView(now: () => number): LibraryView {
  const rows = new Map<VideoId, VideoRow>();
  const totals = emptyTotals();
  let openFiles = 0;
  /** By urgency; in the order in which they came. */
  const candidates: readonly Set<VideoId>[] = [new Set(), new Set(), new Set()];
  let version = 0;

  const place = (row: VideoRow, before: VideoRow | undefined): void => {
    const wasShown = before !== undefined && candidates.some((set) => set.has(row.id));
    const rank = rankOf(row, wasShown);
    for (const [at, set] of candidates.entries()) {
      if (at === rank) set.add(row.id);
      else set.delete(row.id);
    }
  };
  return {
    put(id, { record, words }) {
      const before = rows.get(id);
      const nextRecord = record ?? before?.record;
      if (!nextRecord) return;
      const state = stateOf(nextRecord);
      const nextWords = words ?? before?.words;
      const since = before?.state === state ? before.since : now();
      const row: VideoRow = { id, record: nextRecord, state, since, ...(nextWords ? { words: nextWords } : {}) };
      if (before) addToTotals(totals, { state: before.state, files: before.record }, -1);
      addToTotals(totals, { state, files: nextRecord });
      openFiles += openCountOf(nextRecord) - (before ? openCountOf(before.record) : 0);
      rows.set(id, row);
      place(row, before);
      if (!before || differs(before, row)) version += 1;
    },
    remove(id) {
      const before = rows.get(id);
      if (!before) return;
      addToTotals(totals, { state: before.state, files: before.record }, -1);
      openFiles -= openCountOf(before.record);
      rows.delete(id);
      for (const set of candidates) set.delete(id);
      version += 1;
    },
    row: (id) => rows.get(id),
    rows: () => rows.values(),
    get size() {
      return rows.size;
    },
    get totals() {
      return totals;
    },
    get openFiles() {
      return openFiles;
    },
    get version() {
      return version;
    },
    shown({ maxVideos, maxFieldFiles, publishedStaysMs }) {
      const shown = new Map<VideoId, { readonly hasField: boolean }>();
      const [progressing, attention, published] = candidates as [Set<VideoId>, Set<VideoId>, Set<VideoId>];
      for (const id of published) {
        if (now() - (rows.get(id)?.since ?? 0) >= publishedStaysMs) published.delete(id);
      }
      let files = 0;
      for (const set of [progressing, published, attention]) {
        for (const id of set) {
          if (shown.size >= maxVideos) return shown;
          const total = rows.get(id)?.record.total ?? 0;
          const hasField = set !== published && total > 0 && files + total <= maxFieldFiles;
          if (hasField) files += total;
          shown.set(id, { hasField });
        }
      }
      return shown;
    },
  };
}

/** Place in the candidates: in progress, wants attention, published before the eyes of viewers. Undefined: not shown. */
function rankOf({ state, record }: VideoRow, wasShown: boolean): number | undefined {
  if (inProgress.has(state)) return 0;
  if (wantsAttention.has(state) && (state !== 'paused' || record.total > 0)) return 1;
  return state === 'published' && wasShown ? 2 : undefined;
}

function differs(before: VideoRow, after: VideoRow): boolean {
  const [was, is] = [before.record, after.record];
  return (
    before.state !== after.state ||
    before.words !== after.words ||
    was.total !== is.total ||
    was.failed !== is.failed ||
    was.accepted !== is.accepted ||
    was.fresh !== is.fresh
  );
}

/** The row as it travels, without its field. */
export function liveVideoOf({ id, words, record, state, since }: VideoRow): LiveVideo {
  const { total, done, failed, accepted, fresh } = record;
  return {
    id,
    ...(words?.title === undefined ? {} : { title: words.title }),
    state,
    files: { total, done, failed, accepted },
    ...(fresh ? { fresh } : {}),
    since,
  };
}
