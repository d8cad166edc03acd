import type { Decided, LibraryStatus, VideoDetail, VideoSummary } from '../domain/report/library-status.ts';
import type { FileDetail, FinishedRun, VideoField } from '../domain/progress/live-view.ts';
import type { LibraryReport } from '../domain/report/copy.ts';
import type { Replay } from '../domain/progress/replay.ts';
import type { VideoId } from '../domain/video.ts';
import { acceptVideo } from './accept.ts';
import { cancelVideo } from './cancel.ts';
import type { ControlPorts } from './control-ports.ts';
import { writeFileLines } from './file-lines.ts';
import { makeReplay } from './make-replay.ts';
import type { ReplayRequest } from './make-replay.ts';
import { pauseVideo, resumeVideo } from './hold.ts';
import { libraryStatus } from './library-status.ts';
import { listVideos } from './list-videos.ts';
import { prioritiseVideo } from './prioritise.ts';
import { purgeVideo } from './purge.ts';
import { reportLibrary } from './report-library.ts';
import { makeReportPage } from './report-page/report-page.ts';
import { writeFileTable, writeReportTable } from './report-table.ts';
import { finishedRuns } from './runs.ts';
import { showField, showFile } from './show-files.ts';
import type {
  Accepted,
  AcceptRequest,
  Cancelled,
  Purged,
  Retried,
  RetryRequest,
  SubmitRequest,
  VideosQuery,
} from './requests.ts';
import { retryVideos } from './retry.ts';
import { showVideo } from './show.ts';
import { submitVideo } from './submit.ts';

/**
 * The operations on a library that the command line and the HTTP interface both offer.
 *
 * A decision is written to the journal and then applied to the ledger. If the ledger cannot be reached the decision
 * stands, and the result says that it is not in effect yet (`Decided.pending`). Every operation may be repeated.
 *
 * Throws `FlantsError` `video.unknown` for a video that was never submitted, `video.state` when the video's state does
 * not allow the operation, `usage` for an invalid request, and `state.unusable` when nothing could be decided or
 * read.
 */
export interface Control {
  /**
   * Adds a video, or crawls a known one again. A cancelled, paused or invalid video starts over. A token in the URL is
   * stored in the private journal, since it could not be obtained otherwise. No report shows it.
   */
  submit(request: SubmitRequest): Promise<Decided>;
  /**
   * Counts all videos: totals, and the causes of failures. Concurrent calls share one count.
   *
   * @param options.maxAgeMs - accept a count that was started at most this long ago; default 0
   */
  status(options?: { readonly maxAgeMs?: number }): Promise<LibraryStatus>;
  /** Lists videos in the journal's order. A change during the listing may or may not be seen. */
  videos(query?: VideosQuery): AsyncIterable<VideoSummary>;
  show(video: VideoId): Promise<VideoDetail>;
  /** Reopens failed files, accepted ones included. Invalid videos start over. Cancelled ones stay as they are. */
  retry(request?: RetryRequest): Promise<Retried>;
  /** Allows a video to be published without one of its failed files. */
  accept(request: AcceptRequest): Promise<Accepted>;
  /** Dispatches no more work of a video. Work in progress ends by itself and counts. */
  pause(video: VideoId): Promise<Decided>;
  /** Ends a pause. Has a video looked at again that nothing is left to do of. To resume a cancelled video, `submit` it again. */
  resume(video: VideoId): Promise<Decided>;
  /**
   * Stops work on a video for good. Objects at the destination stay.
   *
   * @param options.waitMs - how long to wait for work in progress to end; default 0
   */
  cancel(video: VideoId, options?: { readonly waitMs?: number; readonly signal?: AbortSignal }): Promise<Cancelled>;
  /** Moves a video ahead of the backlog, or back into it. */
  prioritise(video: VideoId, fresh: boolean): Promise<Decided>;
  /** @param videos - absent or empty: all */
  report(videos?: readonly VideoId[]): Promise<LibraryReport>;
  /**
   * Writes one JSON line for each file of a video, in playing order. Writes nothing if the video has no plan yet.
   *
   * @param write - awaited before the next line
   */
  fileLines(video: VideoId, write: (line: string) => Promise<void>): Promise<void>;
  /** What became of each file of a video, in little space, and its renditions. */
  field(video: VideoId): Promise<VideoField>;
  /** One file by its index, with the tries that are known of it. */
  file(video: VideoId, index: number): Promise<FileDetail>;
  /** Runs of `copy` that have ended, the latest first. None in a cluster, which does not end. */
  runs(): Promise<readonly FinishedRun[]>;
  /** What plays the latest run again; without URLs, keys and tokens. */
  replay(request: ReplayRequest): Promise<Replay>;
  /**
   * Writes a report as a table (RFC 4180): a line of names, then one for each video.
   *
   * @param write - awaited before the next line
   */
  reportTable(write: (line: string) => Promise<void>): Promise<void>;
  /**
   * Writes the files of a video as a table likewise, in playing order: a line of names alone if it has no plan yet.
   *
   * @param write - awaited before the next line
   */
  fileTable(video: VideoId, write: (line: string) => Promise<void>): Promise<void>;
  /**
   * Makes a report as one HTML page for people, bounded for a library of any size.
   *
   * @param videos - absent or empty: all
   */
  reportPage(videos?: readonly VideoId[]): Promise<string>;
  /**
   * Deletes the record of a video that is cancelled, invalid, or withdrawn from the catalogue, and has no work in
   * progress. A video whose purge could not be completed stays cancelled. Objects at the destination stay.
   */
  purge(video: VideoId): Promise<Purged>;
}

/** Creates the operations over the ports. */
export function createControl(ports: ControlPorts): Control {
  const status = libraryStatus(ports);
  return {
    submit: (request) => submitVideo(request, ports),
    status: ({ maxAgeMs = 0 } = {}) => status(maxAgeMs),
    videos: (query = {}) => listVideos(query, ports),
    show: (video) => showVideo(video, ports),
    retry: (request = {}) => retryVideos(request, ports),
    accept: (request) => acceptVideo(request, ports),
    pause: (video) => pauseVideo(video, ports),
    resume: (video) => resumeVideo(video, ports),
    cancel: (video, options = {}) => cancelVideo(video, options, ports),
    prioritise: (video, fresh) => prioritiseVideo(video, fresh, ports),
    report: (videos = []) => reportLibrary(videos, ports),
    fileLines: (video, write) => writeFileLines(video, ports, write),
    field: (video) => showField(video, ports),
    file: (video, index) => showFile(video, index, ports),
    runs: () => finishedRuns(ports.journal),
    replay: (request) => makeReplay(request, ports),
    reportTable: (write) => writeReportTable(ports, write),
    fileTable: (video, write) => writeFileTable(video, ports, write),
    reportPage: (videos = []) => makeReportPage(videos, ports),
    purge: (video) => purgeVideo(video, ports),
  };
}
