import type { Tally } from '../domain/change.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import type { LiveVideo, LiveVideoChange } from '../domain/progress/live-view.ts';
import type { VideoId } from '../domain/video.ts';
import { fieldOf } from '../domain/progress/file-field.ts';
import type { FieldBits } from '../domain/progress/file-field.ts';
import { patchBetween } from './field-patch.ts';
import { liveVideoOf } from './library-view.ts';
import type { VideoRow } from './library-view.ts';

/** A video as it is to be shown. */
export interface ShownVideo {
  readonly row: VideoRow;
  /** Absent: without its field. */
  readonly tally?: Tally;
  readonly inFlight?: IndexRanges;
}

/** The videos that viewers have been shown, and how they were. */
export interface ShownVideos {
  /** Shows these videos in place of all others; tells what differs. */
  show(videos: readonly ShownVideo[]): {
    readonly videos: readonly LiveVideoChange[];
    readonly gone: readonly VideoId[];
  };
  /** All of them as they were shown last. */
  all(): readonly LiveVideo[];
}

interface Shown {
  readonly row: VideoRow;
  readonly tally: Tally | undefined;
  readonly field: FieldBits | undefined;
}

/** Creates it with nothing shown. */
export function createShownVideos(): ShownVideos {
  let shown = new Map<VideoId, Shown>();
  return {
    show(videos) {
      const next = new Map<VideoId, Shown>();
      const changes: LiveVideoChange[] = [];
      for (const video of videos) {
        const before = shown.get(video.row.id);
        const now = shownOf(video, before);
        next.set(video.row.id, now);
        const change = now === before ? undefined : changeOf(before, now);
        if (change) changes.push(change);
      }
      const gone = [...shown.keys()].filter((id) => !next.has(id));
      shown = next;
      return { videos: changes, gone };
    },
    all: () =>
      [...shown.values()].map(({ row, field }) => ({
        ...liveVideoOf(row),
        ...(field ? { field: fieldOf(field) } : {}),
      })),
  };
}

/** What was shown before where nothing differs, so that nothing needs to be compared. */
function shownOf({ row, tally, inFlight = [] }: ShownVideo, before: Shown | undefined): Shown {
  const isSameField = before?.tally === tally && sameRanges(before?.field?.inFlight ?? [], inFlight);
  if (before && before.row === row && isSameField) return before;
  if (!tally) return { row, tally, field: undefined };
  const { done, failed, accepted, record } = tally;
  return { row, tally, field: { total: record.total, done, failed, accepted, inFlight } };
}

function sameRanges(some: IndexRanges, others: IndexRanges): boolean {
  return some === others || (some.length === 0 && others.length === 0);
}

function changeOf(before: Shown | undefined, now: Shown): LiveVideoChange | undefined {
  const row = liveVideoOf(now.row);
  if (!before) return now.field ? { ...row, field: fieldOf(now.field) } : row;
  if (!now.field) {
    if (before.field) return { ...row, noField: true };
    return isSameRow(row, liveVideoOf(before.row)) ? undefined : row;
  }
  if (before.field?.total !== now.field.total) return { ...row, field: fieldOf(now.field) };
  const patch = patchBetween(before.field, now.field);
  if (patch) return { ...row, patch };
  return isSameRow(row, liveVideoOf(before.row)) ? undefined : row;
}

function isSameRow(some: LiveVideo, other: LiveVideo): boolean {
  return JSON.stringify(some) === JSON.stringify(other);
}
