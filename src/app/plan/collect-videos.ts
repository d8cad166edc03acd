import { maxBatchFiles } from '../../domain/batch.ts';
import { estimateOf, exactly, extrapolate } from '../../domain/cost/estimate.ts';
import type { Estimate } from '../../domain/cost/estimate.ts';
import type { Cause, PlanReport } from '../../domain/report/plan.ts';
import type { VideoId } from '../../domain/video.ts';
import { requestsOfBarrier } from '../../publisher/confirm-files.ts';
import type { Look } from '../embedded/look-at-video.ts';
import { countCauses } from './causes.ts';

/** What is counted of each video. */
export interface VideoCounts {
  readonly toCopy: number;
  readonly published: number;
  readonly live: number;
  /** Paused or cancelled. */
  readonly held: number;
  readonly refused: number;
  readonly files: number;
  readonly there: number;
  readonly accepted: number;
  /** Files of held videos that are neither there nor accepted. */
  readonly left: number;
  readonly open: number;
  readonly objects: number;
  readonly documents: number;
  /** Requests that read its playlists. */
  readonly playlists: number;
  readonly batches: number;
  /** Requests at the destination before it is published. */
  readonly heads: number;
  readonly lists: number;
}

/** The videos that were looked at. */
export interface VideoCollector {
  /** @param objects - how many of its objects no other video had before */
  add(look: Look, objects: number): void;
  ids(): readonly VideoId[];
  /** A sum over all videos, of which these are some taken at random. */
  estimate(count: keyof VideoCounts, population: number): Estimate;
  refused(): readonly Cause[];
  outside(): PlanReport['outside'];
  /** Videos with warnings. */
  warned(): number;
}

/** Creates an empty collection. */
export function collectVideos(): VideoCollector {
  const ids: VideoId[] = [];
  const counts: VideoCounts[] = [];
  const refused = countCauses();
  const outside = new Map<string, { count: number; readonly example: string }>();
  let warned = 0;
  return {
    add(look, objects) {
      const { id, invalid, external, warnings } = look.report;
      ids.push(id);
      counts.push(countsOf(look, objects));
      if (invalid) refused.add(invalid, id);
      if (warnings.length > 0) warned += 1;
      for (const { reason, uri } of external) {
        const known = outside.get(reason);
        if (known) known.count += 1;
        else outside.set(reason, { count: 1, example: `${id}: ${uri}` });
      }
    },
    ids: () => ids,
    estimate(name, population) {
      const each = counts.map((count) => count[name]);
      const sum = each.reduce((total, count) => total + count, 0);
      return estimateOf(extrapolate(exactly(sum), each, population));
    },
    refused: () => refused.causes(),
    outside: () =>
      [...outside]
        .map(([reason, { count, example }]) => ({ reason, count, example }))
        .toSorted((a, b) => b.count - a.count),
    warned: () => warned,
  };
}

type Planned = NonNullable<Look['plan']>;

/** The barrier, and a look at what stands in the place of each document. */
function publicationOf({ revision, accepted }: Planned): Pick<VideoCounts, 'heads' | 'lists'> {
  const { files, documents } = revision;
  const keys = files.flatMap(({ key }, index) => (accepted.has(index) ? [] : [key]));
  const { heads, lists } = requestsOfBarrier(keys);
  return { heads: heads + documents.length, lists };
}

function countsOf({ report, plan }: Look, objects: number): VideoCounts {
  const { state, files } = report;
  const isToCopy = plan !== undefined && state !== 'published';
  const isHeld = state === 'paused' || state === 'cancelled';
  const missing = files.total - files.done - files.accepted;
  const open = isToCopy ? missing : 0;
  return {
    toCopy: isToCopy ? 1 : 0,
    published: state === 'published' ? 1 : 0,
    live: state === 'live' ? 1 : 0,
    held: isHeld ? 1 : 0,
    refused: state === 'invalid' ? 1 : 0,
    files: files.total,
    there: files.done,
    accepted: files.accepted,
    left: isHeld ? missing : 0,
    open,
    objects,
    documents: isToCopy ? plan.revision.documents.length : 0,
    playlists: plan ? plan.revision.playlists.filter(({ sha256 }) => sha256 !== undefined).length : 0,
    batches: Math.ceil(open / maxBatchFiles),
    ...(isToCopy ? publicationOf(plan) : { heads: 0, lists: 0 }),
  };
}
