import type { LiveDelta, LiveVideoChange } from '../domain/progress/live-view.ts';
import type { VideoId } from '../domain/video.ts';
import { mergePatches, patchField } from './field-patch.ts';
import { maxSamples } from './rate-history.ts';

/**
 * The delta that does what several do, one after the other. For a row that is in more than one of them:
 *
 * | earlier      | later                | together                              |
 * |--------------|----------------------|---------------------------------------|
 * | any          | `field` or `noField` | the later                             |
 * | `field`      | `patch`              | the later, with the patched field     |
 * | `patch`      | `patch`              | the later, with both patches in one   |
 * | any          | neither              | the later, with the earlier's field   |
 * | any          | gone                 | gone                                  |
 * | gone         | any                  | gone, and then the later as a new row |
 *
 * @param deltas - at least one, the oldest first
 */
export function mergeDeltas(deltas: readonly LiveDelta[]): LiveDelta {
  const [only] = deltas;
  if (deltas.length === 1 && only) return only;
  const videos = new Map<VideoId, LiveVideoChange>();
  const gone = new Set<VideoId>();
  for (const delta of deltas) {
    for (const id of delta.gone ?? []) {
      gone.add(id);
      videos.delete(id);
    }
    for (const change of delta.videos ?? []) videos.set(change.id, mergeChanges(videos.get(change.id), change));
  }
  const history = deltas.flatMap((delta) => delta.history ?? []).slice(-maxSamples);
  const latest: Partial<LiveDelta> = {};
  for (const delta of deltas) Object.assign(latest, delta);
  return {
    at: 0,
    ...latest,
    ...(history.length > 0 ? { history } : {}),
    ...(videos.size > 0 ? { videos: [...videos.values()] } : {}),
    ...(gone.size > 0 ? { gone: [...gone] } : {}),
  };
}

function mergeChanges(earlier: LiveVideoChange | undefined, later: LiveVideoChange): LiveVideoChange {
  if (!earlier || later.field || later.noField) return later;
  const { patch, ...row } = later;
  if (!patch) {
    const { field, patch: former, noField } = earlier;
    return {
      ...row,
      ...(field ? { field } : {}),
      ...(former ? { patch: former } : {}),
      ...(noField ? { noField } : {}),
    };
  }
  if (earlier.field) return { ...row, field: patchField(earlier.field, patch) };
  return { ...row, patch: earlier.patch ? mergePatches(earlier.patch, patch) : patch };
}
