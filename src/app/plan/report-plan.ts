import type { PlanOptions } from '../../config/plan-options.ts';
import { estimateOf } from '../../domain/cost/estimate.ts';
import type { Estimate } from '../../domain/cost/estimate.ts';
import { estimateObjects, tallyOf } from '../../domain/cost/object-sizes.ts';
import type { SizeFacts, SizedGroup } from '../../domain/cost/object-sizes.ts';
import type { Cause, LargeFile, PlanReport } from '../../domain/report/plan.ts';
import { writeLimits } from '../../transfer/write-limits.ts';
import type { SizeAnswers } from './ask-sizes.ts';
import type { FileCollection } from './collect-files.ts';
import type { Group } from './groups.ts';
import type { VideoCollector } from './collect-videos.ts';

/** All that was found. */
export interface PlanFindings {
  readonly options: PlanOptions;
  readonly groups: readonly Group[];
  readonly folders: FileCollection['folders'];
  readonly answers: SizeAnswers;
  readonly videos: VideoCollector;
  /** Videos that there are, looked at or not. */
  readonly population: number;
  readonly rows: readonly Cause[];
}

const shownLargest = 10;

/** Says what was found. */
export function reportPlan(
  { options, groups, folders, answers, videos, population, rows }: PlanFindings,
  { interrupted }: { readonly interrupted: boolean },
): PlanReport {
  const ids = videos.ids();
  const looked = { videos: ids, population };
  const count = (name: Parameters<VideoCollector['estimate']>[0]): Estimate => videos.estimate(name, population);
  const sized = (fact: keyof SizeFacts, of: readonly SizedGroup[] = answers.groups): Estimate =>
    estimateOf(estimateObjects(of, fact, writeLimits, looked));
  const factor = ids.length > 0 ? population / ids.length : 1;
  const documents = count('documents');
  const objects = count('objects');
  const { destination, seed } = options;
  return {
    format: 1,
    at: new Date().toISOString(),
    ...(destination === undefined ? {} : { destination: destination.name }),
    interrupted,
    sample: {
      seed,
      videos: ids.length,
      ofVideos: population,
      files: answers.groups.reduce((total, group) => total + group.sized.length, 0),
      ofFiles: answers.groups.reduce((total, group) => total + tallyOf(group).objects, 0),
      asked: answers.asked,
      unanswered: answers.unanswered,
      unsized: answers.unsized,
    },
    videos: {
      total: population,
      toCopy: count('toCopy'),
      published: count('published'),
      live: count('live'),
      held: count('held'),
      refused: count('refused'),
    },
    files: {
      total: count('files'),
      there: count('there'),
      accepted: count('accepted'),
      held: count('left'),
      toCopy: count('open'),
      objects,
    },
    sizeBytes: sized('bytes'),
    documents,
    requests: {
      get: sum(count('playlists'), objects),
      put: sum(sized('puts'), documents),
      head: count('heads'),
      list: count('lists'),
    },
    inParts: { aboveBytes: writeLimits.maxHeldBytes, objects: sized('parted') },
    batches: count('batches'),
    hosts: byHost(answers.groups, (of) => sized('bytes', of).value, factor),
    prefixes: prefixesOf(folders, factor),
    largest: largestOf(groups, answers.groups),
    refused: videos.refused(),
    refusedRows: rows,
    outside: videos.outside(),
    warned: videos.warned(),
  };
}

/** Of independent estimates, or with one that is exact, this is more than the error of the sum. */
function sum(a: Estimate, b: Estimate): Estimate {
  return { value: a.value + b.value, error: a.error + b.error };
}

function byHost(
  groups: readonly SizedGroup[],
  bytesOf: (of: readonly SizedGroup[]) => number,
  factor: number,
): PlanReport['hosts'] {
  const hosts = Map.groupBy(groups, ({ host }) => host);
  return [...hosts]
    .map(([host, of]) => {
      const objects = of.reduce((total, group) => total + tallyOf(group).objects, 0);
      return { host, objects: Math.round(objects * factor), sizeBytes: bytesOf(of) };
    })
    .toSorted((a, b) => b.objects - a.objects);
}

/** The first folders of keys; the second ones where all begin with the same. */
function prefixesOf(folders: ReadonlyMap<string, number>, factor: number): PlanReport['prefixes'] {
  const first = (folder: string): string => folder.split('/', 1)[0] ?? '';
  const isOne = new Set([...folders.keys()].map(first)).size === 1;
  const objects = new Map<string, number>();
  for (const [folder, count] of folders) {
    const prefix = isOne ? folder : first(folder);
    objects.set(prefix, (objects.get(prefix) ?? 0) + count);
  }
  return [...objects]
    .map(([prefix, count]) => ({ prefix, objects: Math.round(count * factor) }))
    .toSorted((a, b) => b.objects - a.objects);
}

/** Those that were asked about, and those of the samples whose byte ranges end far out. */
function largestOf(groups: readonly Group[], answered: readonly SizedGroup[]): readonly LargeFile[] {
  const sized = answered.flatMap((group) => group.sized);
  const known = new Set(sized.map(({ key }) => key));
  const ranged = groups.flatMap(({ sample }) =>
    sample.items().filter(({ key, atLeastBytes }) => atLeastBytes > 0 && !known.has(key)),
  );
  const all: readonly LargeFile[] = [
    ...sized.map(({ video, key, sizeBytes }) => ({ video, key, sizeBytes })),
    ...ranged.map(({ video, key, atLeastBytes }) => ({
      video,
      key,
      sizeBytes: atLeastBytes,
      atLeast: true as const,
    })),
  ];
  return all.toSorted((a, b) => b.sizeBytes - a.sizeBytes).slice(0, shownLargest);
}
