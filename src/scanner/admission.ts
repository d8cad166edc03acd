import { playlistMark } from '../domain/playlist-mark.ts';
import { isSettled } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions, applyAcceptances, startOver } from '../journal/align.ts';
import { readAhead } from '../journal/read-ahead.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';

/** What the intake needs. */
export interface AdmissionPorts extends RestorePorts {
  /** Whether the stages behind take another video. */
  readonly hasCapacity: () => Promise<boolean>;
  /** Gives a video its next step. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
}

/** How far an intake came. */
export interface Admission {
  /** Videos that the ledger did not know, and knows now. */
  readonly admitted: number;
  /** Every video was seen. */
  readonly isDone: boolean;
  /** The last one that was seen: where to go on; absent before the first. */
  readonly stoppedAt?: VideoId;
}

/** Videos of the ledger that are compared with the journal at a time. */
const width = 16;

/**
 * Takes videos that were submitted and never published from the journal into the ledger, as long as there is room: so
 * the backlog waits in the journal, and a ledger that was lost fills up again by itself. One that begins at the beginning
 * compares what is in the ledger with the journal first.
 *
 * @param after - begin behind this video
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

/** Returns whether all were seen before it was stopped. */
async function alignAll(ports: AdmissionPorts, signal: AbortSignal): Promise<boolean> {
  const aligned = readAhead(ports.ledger.videos(), width, ({ video, record }) => align(video, record, ports));
  for await (const _ of aligned) if (signal.aborted) return false;
  return !signal.aborted;
}

/**
 * Applies once more what the journal tells of a video that the ledger has, in case that never came there: whoever decided
 * died just then, or the ledger lost its last second.
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
