import type { Decided, LibraryStatus, VideoDetail, VideoSummary } from '../domain/library.ts';
import type { LibraryReport } from '../domain/report.ts';
import type { VideoId } from '../domain/video.ts';
import { acceptVideo } from './accept-video.ts';
import { cancelVideo } from './cancel.ts';
import type { ControlPorts } from './control-ports.ts';
import { writeFileLines } from './file-lines.ts';
import { pauseVideo, resumeVideo } from './hold.ts';
import { libraryStatus } from './library-status.ts';
import { listVideos } from './list-videos.ts';
import { prioritiseVideo } from './prioritise.ts';
import { purgeVideo } from './purge.ts';
import { reportLibrary } from './report-library.ts';
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
import { retryVideos } from './retry-videos.ts';
import { showVideo } from './show.ts';
import { submitVideo } from './submit.ts';

/**
 * What people and their programs do with a library: the same for the command line and the HTTP interface.
 *
 * A decision is in the journal before it is answered, then it is applied to the ledger. Where the ledger cannot be
 * reached it stands all the same, and the answer says so (`Decided.pending`). Each verb may be repeated.
 *
 * Throws `FlantsError` `video.unknown` for a video that was never submitted, `video.state` where its state does not
 * allow it, `usage` for what can never be, `state.unusable` where nothing could be decided or read.
 */
export interface Control {
  /**
   * Adds a video, or looks at a known one again; a cancelled, paused or invalid one starts anew. A URL with a token is
   * kept as it is given, in the private journal: nobody else could renew it. Nothing that is reported shows it.
   */
  submit(request: SubmitRequest): Promise<Decided>;
  /**
   * Sums and causes, counted over every video. Calls at the same time share one count.
   *
   * @param options.maxAgeMs - a count that began no longer ago will do; default 0
   */
  status(options?: { readonly maxAgeMs?: number }): Promise<LibraryStatus>;
  /** In the journal's order. What changes meanwhile may be seen before or after. */
  videos(query?: VideosQuery): AsyncIterable<VideoSummary>;
  show(video: VideoId): Promise<VideoDetail>;
  /** Opens failed files again, accepted ones too, and gives videos without a plan a fresh start. */
  retry(request?: RetryRequest): Promise<Retried>;
  accept(request: AcceptRequest): Promise<Accepted>;
  pause(video: VideoId): Promise<Decided>;
  /** Ends a pause. A cancelled video is `submit`ted again instead. */
  resume(video: VideoId): Promise<Decided>;
  /**
   * Ends work on a video for good. What is at the destination stays.
   *
   * @param options.waitMs - how long to wait until nothing of it is under way; default 0
   */
  cancel(video: VideoId, options?: { readonly waitMs?: number; readonly signal?: AbortSignal }): Promise<Cancelled>;
  /** Puts a video before the backlog, or back into it. */
  prioritise(video: VideoId, fresh: boolean): Promise<Decided>;
  /** @param videos - absent or empty: all */
  report(videos?: readonly VideoId[]): Promise<LibraryReport>;
  /**
   * One JSON line for each file of a video, in playing order; none while it has no plan.
   *
   * @param write - the next line waits for it
   */
  fileLines(video: VideoId, write: (line: string) => Promise<void>): Promise<void>;
  /**
   * Drops all that is known of a video that is cancelled, invalid, or gone from the catalogue, and has nothing under
   * way; one that it could not finish stays cancelled. Objects at the destination stay.
   */
  purge(video: VideoId): Promise<Purged>;
}

/** Offers the verbs over the ports. */
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
    purge: (video) => purgeVideo(video, ports),
  };
}
