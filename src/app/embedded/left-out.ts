import type { LeftOut } from '../../domain/video-selection.ts';

/** Counts the videos that a selection leaves out, and tells what a person may not expect of it. */
export interface LeftOutCounts {
  add(why: LeftOut): void;
  /** @param chosen - videos that were taken */
  warnings(chosen: number): readonly string[];
}

/** Creates counts that are all zero. */
export function countLeftOut(): LeftOutCounts {
  const counts: Record<LeftOut, number> = { excluded: 0, 'too-old': 0, undated: 0, 'not-in-sample': 0 };
  return {
    add: (why) => void (counts[why] += 1),
    warnings(chosen) {
      const { excluded, undated } = counts;
      const old = counts['too-old'];
      const all = excluded + undated + old;
      const parts = [
        ...(excluded > 0 ? [`${excluded} by --include or --exclude`] : []),
        ...(old > 0 ? [`${old} recorded before --since`] : []),
        ...(undated > 0 ? [`${undated} without a date for --since`] : []),
      ];
      if (chosen === 0 && all > 0) return [`no video is left: ${parts.join(', ')}`];
      if (undated === 0) return [];
      return [`--since leaves out ${undated} ${undated === 1 ? 'video' : 'videos'} without a date (recordedAt)`];
    },
  };
}
