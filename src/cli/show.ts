import { loadNamedVideosOptions } from '../config/library-options.ts';
import type { Verb } from './context.ts';
import { eachVideo } from './each-video.ts';
import { renderDetail } from './render/library.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants show` */
export const show: Verb = async (input, context) => {
  const { place, ...options } = await loadNamedVideosOptions('show', input);
  return withReadOnlyControl(place, context, (control) =>
    eachVideo({ verb: 'show', place, ...options, work: (video) => control.show(video), render: renderDetail }, context),
  );
};
