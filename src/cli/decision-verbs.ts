import { loadCancelOptions, loadNamedVideosOptions, loadPriorityOptions } from '../config/library-options.ts';
import type { Verb } from './context.ts';
import { eachVideo } from './each-video.ts';
import { formatCounted } from '../domain/report/amount-text.ts';
import { withControl } from './with-control.ts';

/** `flants pause` */
export const pause: Verb = async (input, context) => {
  const { place, ...options } = await loadNamedVideosOptions('pause', input);
  return withControl(place, context, (control) =>
    eachVideo(
      {
        verb: 'pause',
        place,
        ...options,
        work: (video) => control.pause(video),
        render: (_, video) => `${video} is paused`,
      },
      context,
    ),
  );
};

/** `flants resume` */
export const resume: Verb = async (input, context) => {
  const { place, ...options } = await loadNamedVideosOptions('resume', input);
  return withControl(place, context, (control) =>
    eachVideo(
      {
        verb: 'resume',
        place,
        ...options,
        work: (video) => control.resume(video),
        render: ({ state }, video) => {
          const next = place.kind === 'cluster' || state === 'published' ? '' : '; the same flants copy takes it up';
          return `${video} goes on${state === undefined ? '' : `: ${state}`}${next}`;
        },
      },
      context,
    ),
  );
};

/** `flants cancel` */
export const cancel: Verb = async (input, context) => {
  const { place, waitMs, ...options } = await loadCancelOptions(input);
  return withControl(place, context, (control, signal) =>
    eachVideo(
      {
        verb: 'cancel',
        place,
        ...options,
        work: (video) => control.cancel(video, { waitMs, signal }),
        render: ({ underWay }, video) =>
          underWay === 0
            ? `${video} is cancelled`
            : `${video} is cancelled; ${formatCounted(underWay, 'piece')} of work on it will end by ${underWay === 1 ? 'itself' : 'themselves'}`,
      },
      context,
    ),
  );
};

/** `flants priority` */
export const priority: Verb = async (input, context) => {
  const { place, fresh, ...options } = await loadPriorityOptions(input);
  return withControl(place, context, (control) =>
    eachVideo(
      {
        verb: 'priority',
        place,
        ...options,
        work: (video) => control.prioritise(video, fresh),
        render: (_, video) => (fresh ? `${video} goes before the backlog` : `${video} is back in the backlog`),
      },
      context,
    ),
  );
};

/** `flants purge` */
export const purge: Verb = async (input, context) => {
  const { place, ...options } = await loadNamedVideosOptions('purge', input);
  return withControl(place, context, (control) =>
    eachVideo(
      {
        verb: 'purge',
        place,
        ...options,
        work: (video) => control.purge(video),
        render: ({ objectsLeft }, video) =>
          `${video} is forgotten; left at the destination: ${objectsLeft === 0 ? 'nothing' : formatCounted(objectsLeft, 'object')}`,
      },
      context,
    ),
  );
};
