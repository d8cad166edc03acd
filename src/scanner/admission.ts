import { playlistMark } from '../domain/playlist-mark.ts';
import { isSettled } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions, applyAcceptances, startOver } from '../journal/align.ts';
import { readAhead } from '../journal/read-ahead.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';

/** Ports of an admission pass. */
export interface AdmissionPorts extends RestorePorts {
  /** Whether the crawlers and the stages behind them can take another video. */
  readonly hasCapacity: () => Promise<boolean>;
  /** Sends the video's next step to its queue. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
}

/** How far an admission pass came. */
export interface Admission {
  /** Videos that were put into the ledger. */
  readonly admitted: number;
  /** Whether every video was seen. */
  readonly isDone: boolean;
  /** The last video that was seen, to resume behind. Absent if none was. */
  readonly stoppedAt?: VideoId;
}

/** Videos of the ledger that are compared with the journal concurrently. */
const width = 16;

/**
 * Admits submitted, unpublished videos from the journal into the ledger while there is capacity. The backlog therefore waits
 * in the journal, and a ledger that was lost fills up again by itself. A pass from the beginning first compares the videos
 * that are in the ledger with the journal.
 *
 * @param after - start behind this video
 */
export async function admitVideos(
  after: VideoId | undefined,
  ports: AdmissionPorts,
  signal: AbortSignal,
): Promise<Admission> {
  if (after === undefined && !(await alignAll(ports, signal))) return { admitted: 0, isDone: false };
  let admitted = 0;
  let last = after;
  for await (const video of ports.journal.unpublished(after)) {
    if (signal.aborted) return { admitted, isDone: false, ...stopped(last) };
    if (!(await ports.ledger.read(video))) {
      if (!(await ports.hasCapacity())) return { admitted, isDone: false, ...stopped(last) };
      await restoreVideo(video, ports);
      await ports.takeNextStep(video);
      admitted += 1;
    }
    last = video;
  }
  return { admitted, isDone: true, ...stopped(last) };
}

function stopped(last: VideoId | undefined): Pick<Admission, 'stoppedAt'> {
  return last === undefined ? {} : { stoppedAt: last };
}

/** @returns whether all videos were seen before the pass was stopped */
async function alignAll(ports: AdmissionPorts, signal: AbortSignal): Promise<boolean> {
  const aligned = readAhead(ports.ledger.videos(), width, ({ video, record }) => align(video, record, ports));
  for await (const _ of aligned) if (signal.aborted) return false;
  return !signal.aborted;
}

/**
 * Applies the journal's decisions about a video to the ledger again, in case they never arrived: the deciding process died
 * in between, or the ledger lost its last second.
 *
 * | journal                                     | ledger                             | what is done                |
 * |---------------------------------------------|------------------------------------|-----------------------------|
 * | does not know it: it was purged             | has it                             | let go of                   |
 * | another hold or priority was decided        | as before                          | applied                     |
 * | names another playlist                      | was opened for the former          | starts anew without a plan  |
 * | a failed file was accepted                  | settled, does not count it as such | applied                     |
 */
async function align(video: VideoId, before: VideoRecord, ports: AdmissionPorts): Promise<void> {
  const { journal, ledger, takeNextStep } = ports;
  const submission = await journal.submission(video);
  if (!submission) {
    await ledger.retire(video, before.generation);
    return;
  }
  const record = await alignWithDecisions(video, ports);
  if (!record) return;
  const hasMoved = record.asked !== undefined && record.asked !== playlistMark(submission);
  if (hasMoved) await startOver(video, ports);
  const lacksFiles = !hasMoved && isSettled(record) && record.failed > record.accepted;
  const accepted = lacksFiles ? await applyAcceptances(video, ports) : 0;
  const wasSteered = record.hold !== before.hold || record.fresh !== before.fresh;
  if (hasMoved || accepted > 0 || wasSteered) await takeNextStep(video);
}
