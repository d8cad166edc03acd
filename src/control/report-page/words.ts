import type { VideoState } from '../../domain/video.ts';

/** What a state means to somebody who does not run the transfer. */
export const stateWords: Readonly<Record<VideoState, string>> = {
  published: 'published',
  publishing: 'being published',
  copying: 'being copied',
  waiting: 'waiting',
  live: 'still live',
  incomplete: 'incomplete',
  invalid: 'not usable',
  paused: 'paused',
  cancelled: 'cancelled',
};
