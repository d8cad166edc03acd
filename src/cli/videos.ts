import { loadListOptions } from '../config/library-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import type { Verb } from './context.ts';
import { writeToStream } from './output.ts';
import { renderListed } from './render/library.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants videos`. Each line is written as soon as it is read, so that a large library needs no memory. */
export const videos: Verb = async (input, context) => {
  const { place, json, states, limit } = await loadListOptions(input);
  const query = { ...(states.length === 0 ? {} : { states }), ...(limit === undefined ? {} : { limit }) };
  await withReadOnlyControl(place, context, (control) =>
    writeToStream(context.stdout, async (write) => {
      for await (const video of control.videos(query)) await write(json ? JSON.stringify(video) : renderListed(video));
    }),
  );
  return exitCodes.whole;
};
