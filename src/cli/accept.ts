import { loadAcceptOptions } from '../config/state-options.ts';
import type { AcceptResult } from '../app/embedded/accept.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Accepted } from '../control/requests.ts';
import type { Verb } from './context.ts';
import { eachVideo } from './each-video.ts';
import { abortOnSignal } from './abort-on-signal.ts';
import { withControl } from './with-control.ts';

/** Why the video is not published yet. */
const reasons: Readonly<Record<Exclude<AcceptResult['result'], 'published'>, string>> = {
  'not-whole': 'other files of it have failed or are still to be copied',
  reopened: 'other files of it have vanished from the destination: run the same copy again',
  'source-changed': 'its source has changed: run the same copy again',
  stale: 'it is held, or was changed meanwhile: run the same copy again',
};

/** `flants accept` */
export const accept: Verb = async (input, context) => {
  const { place, json, ...request } = await loadAcceptOptions(input);
  if (place.kind === 'cluster') {
    return withControl(place, context, (control) =>
      eachVideo(
        {
          verb: 'accept',
          place,
          videos: [request.video],
          json,
          work: () => control.accept(request),
          render: (accepted, video) => `${video} ${inCluster(accepted)}`,
        },
        context,
      ),
    );
  }
  const { acceptFailure } = await import('../app/embedded/accept.ts');
  const accepted = await abortOnSignal((signal) => acceptFailure({ ...place, ...request }, { signal }));
  const { key, result } = accepted;
  const outcome =
    result === 'published' ? `is published without ${key}` : `may be published without ${key}; ${reasons[result]}`;
  context.stdout.write(json ? `${JSON.stringify(accepted)}\n` : `${request.video} ${outcome}\n`);
  return exitCodes.whole;
};

function inCluster({ key, state }: Accepted): string {
  if (state === 'published') return `is published without ${key}`;
  if (state === 'publishing') return `is being published without ${key}`;
  return `may be published without ${key}${state === undefined ? '' : `; it is ${state}`}`;
}
