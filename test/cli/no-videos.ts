import type { VideoState } from '../../src/domain/video.ts';

/** Totals of a library without videos, to begin others from. */
export const noVideos: Readonly<Record<VideoState, number>> = {
  waiting: 0,
  live: 0,
  invalid: 0,
  paused: 0,
  cancelled: 0,
  copying: 0,
  publishing: 0,
  incomplete: 0,
  published: 0,
};
