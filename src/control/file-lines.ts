import { hasBit } from '../domain/bits.ts';
import type { Tally } from '../domain/change.ts';
import type { Evidence, FileFailure } from '../domain/outcome.ts';
import type { PlannedFile } from '../domain/revision.ts';
import type { VideoId } from '../domain/video.ts';
import { acceptances } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import { tallyOf } from '../journal/tally.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { unknownVideo } from './unknown-video.ts';

/** Files read from the journal at a time. Bounds memory for videos of any size. */
const chunkFiles = 1_000;

/** One file of a video: with its evidence if it is done, and with its failure if it failed. */
export type FileLine = PlannedFile &
  Partial<Omit<Evidence, keyof PlannedFile | 'video'>> &
  Partial<Pick<FileFailure, 'failure'>> & {
    readonly video: VideoId;
    readonly index: number;
    readonly state: ReturnType<typeof stateOfFile>;
    readonly acceptedBecause?: string;
  };

/**
 * Writes one JSON line for each file of a video, in playing order: `{video, index, key, url, role, state, …}`, with the
 * evidence of a file that is done and the failure of one that failed. Writes nothing if the video has no plan yet.
 *
 * @throws {FlantsError} `video.unknown`
 */
export async function writeFileLines(
  video: VideoId,
  ports: FilePorts,
  write: (line: string) => Promise<void>,
): Promise<void> {
  await eachFileLine(video, ports, (line) => write(JSON.stringify(line)));
}

interface FilePorts {
  readonly ledger: Ledger;
  readonly journal: Journal;
}

/** The same as values. */
export async function eachFileLine(
  video: VideoId,
  { ledger, journal }: FilePorts,
  write: (line: FileLine) => Promise<void>,
): Promise<void> {
  const tally = await tallyOf(video, { ledger, journal });
  const revision = tally?.record.revision;
  if (!tally) throw unknownVideo(video);
  if (revision === undefined) return;
  const reasons = await acceptances(video, journal);
  const failures = await journal.failures(video);
  for (let from = 0; from < tally.record.total; from += chunkFiles) {
    const files = await journal.files(video, revision, [[from, from + chunkFiles]]);
    const evidence = await journal.evidence(
      video,
      files.map(({ file }) => file.key),
      { mayLag: from > 0 },
    );
    for (const { index, file } of files) {
      const state = stateOfFile(tally, index);
      const proof = state === 'done' ? evidence.get(file.key) : undefined;
      const failed = state === 'failed' || state === 'accepted' ? failures.get(file.key) : undefined;
      const reason = state === 'accepted' ? reasons.get(file.key) : undefined;
      const own = { video, index, state, ...file };
      // Evidence is about the object: where videos share one, it names the video and the URL that it came from.
      await write({
        ...own,
        ...proof,
        ...failed,
        ...(reason === undefined ? {} : { acceptedBecause: reason }),
        ...own,
      });
    }
  }
}

/** What a file is called by its bits. */
export function stateOfFile({ done, failed, accepted }: Tally, index: number): 'done' | 'accepted' | 'failed' | 'open' {
  if (hasBit(done, index)) return 'done';
  if (hasBit(accepted, index)) return 'accepted';
  return hasBit(failed, index) ? 'failed' : 'open';
}
