import type { FailureCode } from '../domain/failure.ts';
import type { FailureCause } from '../domain/report/library-status.ts';
import type { Mutable } from '../domain/report/totals.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { addCauses, failedItemsOf, moreCommonFirst } from '../journal/failure-causes.ts';
import type { TallyPorts } from '../journal/tally.ts';

/** What failed in a library by its causes, read again for each video of which the failures have changed. */
export interface LiveCauses {
  /** Notes that a video has this record now. Undefined: it is gone. */
  note(video: VideoId, record: VideoRecord | undefined): void;
  /** Reads what was noted, some videos at a time. Never more than one call at a time. */
  read(): Promise<void>;
  /** Without what was noted and not read yet; the most common first. */
  readonly causes: readonly FailureCause[];
}

/** Videos read by one `read`, so that a storm of failures does not hold up everything else. */
const videosAtATime = 16;

/** Creates it for a library without failures. */
export function createLiveCauses(ports: TallyPorts): LiveCauses {
  const noted = new Map<VideoId, VideoRecord>();
  /** Which failures of a video were read: it changes with them. */
  const marks = new Map<VideoId, string>();
  const byVideo = new Map<VideoId, ReadonlyMap<FailureCode, FailureCause>>();
  let causes: readonly FailureCause[] = [];
  let isSummed = true;
  return {
    note(video, record) {
      const mark = record && markOf(record);
      if (marks.get(video) === mark) return;
      if (record && mark !== undefined) {
        marks.set(video, mark);
        noted.set(video, record);
      } else {
        marks.delete(video);
        noted.delete(video);
        if (byVideo.delete(video)) isSummed = false;
      }
    },
    async read() {
      const some = [...noted].slice(0, videosAtATime);
      for (const [video] of some) noted.delete(video);
      await Promise.all(
        some.map(async ([video, record]) => {
          const found = new Map<FailureCode, Mutable<FailureCause>>();
          try {
            addCauses(found, video, await failedItemsOf(video, record, ports));
          } catch (error) {
            marks.delete(video);
            throw error;
          }
          if (marks.has(video)) byVideo.set(video, found);
          isSummed = false;
        }),
      );
    },
    get causes() {
      if (!isSummed) causes = sumOf(byVideo.values());
      isSummed = true;
      return causes;
    },
  };
}

/** Undefined where nothing has failed that was not accepted. */
function markOf({ generation, invalid, failed, accepted }: VideoRecord): string | undefined {
  if (invalid) return `${generation} ${invalid.code}`;
  return failed > accepted ? `${generation} ${failed} ${accepted}` : undefined;
}

function sumOf(parts: Iterable<ReadonlyMap<FailureCode, FailureCause>>): readonly FailureCause[] {
  const sums = new Map<FailureCode, Mutable<FailureCause>>();
  for (const part of parts) {
    for (const [code, { files, videos, example }] of part) {
      const sum = sums.get(code) ?? { code, files: 0, videos: 0, example };
      sum.files += files;
      sum.videos += videos;
      sums.set(code, sum);
    }
  }
  return [...sums.values()].toSorted(moreCommonFirst);
}
