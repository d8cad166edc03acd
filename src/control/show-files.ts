import type { Tally } from '../domain/change.ts';
import { FlantsError } from '../domain/failure.ts';
import { fieldOf } from '../domain/progress/file-field.ts';
import type { IndexRanges } from '../domain/index-ranges.ts';
import { union } from '../domain/index-ranges.ts';
import type { FileDetail, FileTry, Rendition, VideoField } from '../domain/progress/live-view.ts';
import type { Evidence, FileFailure } from '../domain/outcome.ts';
import type { VideoId } from '../domain/video.ts';
import { renditionsOf } from '../hls/renditions.ts';
import { acceptances } from '../journal/failed-files.ts';
import type { Journal } from '../journal/journal.ts';
import { tallyOf } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';
import { stateOfFile } from './file-lines.ts';
import { unknownVideo } from './unknown-video.ts';

type Ports = Pick<ControlPorts, 'journal' | 'ledger'>;

/** What became of the files of a video, and in which renditions they are. */
export async function showField(video: VideoId, ports: Ports): Promise<VideoField> {
  const tally = await tallyOf(video, ports);
  if (!tally) throw unknownVideo(video);
  const { total } = tally.record;
  if (total === 0) return { id: video, total, renditions: [] };
  const leases = await ports.ledger.leases(video);
  const inFlight = leases
    .filter(({ kind }) => kind === 'batch')
    .reduce<IndexRanges>((sum, each) => union(sum, each.files), []);
  return {
    id: video,
    total,
    field: fieldOf({ ...tally, total, inFlight }),
    renditions: await readRenditions(video, tally, ports.journal),
  };
}

/**
 * One file with the tries that are known of it.
 *
 * @throws {FlantsError} `video.unknown`, also for an index that the video's plan does not have
 */
export async function showFile(video: VideoId, index: number, ports: Ports): Promise<FileDetail> {
  const { journal } = ports;
  const tally = await tallyOf(video, ports);
  if (!tally) throw unknownVideo(video);
  const { revision } = tally.record;
  const found = revision === undefined ? [] : await journal.files(video, revision, [[index, index + 1]]);
  const file = found[0]?.file;
  if (!file) throw new FlantsError('video.unknown', `${video} has no file ${index}`);
  const { key, url, role } = file;
  const state = stateOfFile(tally, index);
  const reason = state === 'accepted' ? (await acceptances(video, journal)).get(key) : undefined;
  const renditions = await readRenditions(video, tally, journal);
  return {
    video,
    index,
    key,
    url,
    role,
    state,
    renditions: renditions
      .filter(({ files }) => files.some(([from, to]) => from <= index && index < to))
      .map(({ name }) => name),
    tries: await readTries(video, key, journal),
    ...(reason === undefined ? {} : { acceptedBecause: reason }),
  };
}

async function readTries(video: VideoId, key: string, journal: Journal): Promise<readonly FileTry[]> {
  const evidence = (await journal.evidence(video, [key])).get(key);
  const failures = await journal.failedTries(video, key);
  const tries = [...failures.map(failedTry), ...(evidence ? [lastTry(evidence)] : [])];
  return tries.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function failedTry({ failure, tries, worker, at }: FileFailure): FileTry {
  const { code, message, status } = failure;
  return { number: tries, outcome: 'failed', at, code, message, ...(status === undefined ? {} : { status }), worker };
}

function lastTry({ proof, tries, at, sizeBytes, durationMs, worker }: Evidence): FileTry {
  return { number: tries, outcome: proof === 'written' ? 'copied' : 'unchanged', at, sizeBytes, durationMs, worker };
}

async function readRenditions(video: VideoId, { record }: Tally, journal: Journal): Promise<readonly Rendition[]> {
  const { revision, total } = record;
  const header = revision === undefined ? undefined : await journal.revision(video, revision);
  if (!header || revision === undefined) return [];
  const files = await journal.files(video, revision, [[0, total]]);
  return renditionsOf(
    header.documents,
    files.map(({ file }) => file.key),
  );
}
