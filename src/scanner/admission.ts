import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import { isSettled } from '../domain/video.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { alignWithDecisions, applyAcceptances, startOver } from '../journal/align.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import { restoreVideo } from '../journal/restore.ts';
import type { RestorePorts } from '../journal/restore.ts';

/** Ports of an admission pass. */
export interface AdmissionPorts extends RestorePorts {
  /** Whether the crawlers and the stages behind them can take another video. */
  readonly hasCapacity: () => Promise<boolean>;
  /** Sends the video's next step to its queue. */
  readonly takeNextStep: (video: VideoId) => Promise<void>;
}

/** Where an admission pass starts. */
export interface AdmissionStart {
  /** Behind this video. Absent: at the beginning. */
  readonly after?: VideoId | undefined;
  /** The videos in the ledger were aligned by an earlier part of this pass. */
  readonly isAligned?: boolean | undefined;
}

/** How far an admission pass got. */
export interface Admission {
  /** Videos that were put into the ledger. */
  readonly admitted: number;
  /** Whether every video was seen. */
  readonly isDone: boolean;
  /** The last video that was seen, to resume behind. Absent if none was. */
  readonly stoppedAt?: VideoId;
  /** This part has aligned the videos in the ledger, which the next need not do again. */
  readonly hasAligned: boolean;
}

/** Videos of the ledger that are compared with the journal at a time. */
const maxConcurrentReads = 16;

/**
 * Admits submitted, unpublished videos from the journal into the ledger while there is capacity. The backlog therefore
 * waits in the journal, and a ledger that was lost fills up again by itself. A pass from the beginning first aligns the
 * videos in the ledger with the journal's decisions, each of which takes requests.
 */
export async function admitVideos(
  { after, isAligned = after !== undefined }: AdmissionStart,
  ports: AdmissionPorts,
  signal: AbortSignal,
): Promise<Admission> {
  const hasAligned = !isAligned && (await alignAll(ports, signal));
  if (!isAligned && !hasAligned) return { admitted: 0, isDone: false, hasAligned };
  let admitted = 0;
  let last = after;
  const end = (isDone: boolean): Admission => ({
    admitted,
    isDone,
    hasAligned,
    ...(last === undefined ? {} : { stoppedAt: last }),
  });
  for await (const video of ports.journal.unpublished(after)) {
    if (signal.aborted) return end(false);
    if (!(await ports.ledger.read(video))) {
      if (!(await ports.hasCapacity())) return end(false);
      await restoreVideo(video, ports);
      await ports.takeNextStep(video);
      admitted += 1;
    }
    last = video;
  }
  return end(true);
}

/** @returns whether all videos were seen before the pass was stopped */
async function alignAll(ports: AdmissionPorts, signal: AbortSignal): Promise<boolean> {
  const aligned = readAhead(ports.ledger.videos(), maxConcurrentReads, ({ video, record }) =>
    align(video, record, ports),
  );
  for await (const _ of aligned) if (signal.aborted) return false;
  return !signal.aborted;
}

/**
 * Applies the journal's decisions about a video to the ledger again, in case they never arrived: the process that made
 * one died before it applied it, or the ledger lost its last second.
 *
 * | journal                              | ledger                                | action                       |
 * |--------------------------------------|---------------------------------------|------------------------------|
 * | lacks the video: it was purged       | has the video                         | retired                      |
 * | another hold or priority was decided | has the previous one                  | applied                      |
 * | names another playlist               | was opened for the previous playlist  | starts over without its plan |
 * | a failed file was accepted           | settled, file not counted as accepted | applied                      |
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
  const hasMoved = record.asked !== undefined && record.asked !== playlistFingerprint(submission);
  if (hasMoved) await startOver(video, ports);
  const hasFailedFiles = !hasMoved && isSettled(record) && record.failed > record.accepted;
  const accepted = hasFailedFiles ? await applyAcceptances(video, ports) : 0;
  const wasAligned = record.hold !== before.hold || record.fresh !== before.fresh;
  if (hasMoved || accepted > 0 || wasAligned) await takeNextStep(video);
}
