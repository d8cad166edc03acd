import { FlantsError } from '../domain/failure.ts';
import { instantOf } from '../domain/instant.ts';
import type { Decided } from '../domain/report/library-status.ts';
import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import { isVideoId, videoIdExpectation } from '../domain/video.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import { startOver } from '../journal/align.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { SubmitRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp, applyDecision } from './apply-decision.ts';
import { unknownVideo } from './unknown-video.ts';

const schemes: readonly string[] = ['http:', 'https:', 's3:', 'file:'];

/** Adds a video on a person's request, or crawls a known one again. */
export async function submitVideo(request: SubmitRequest, ports: ControlPorts): Promise<Decided> {
  const { journal, crawl } = ports;
  const url = request.playlistUrl === undefined ? undefined : urlOf(request.playlistUrl);
  const video = idOfRequest(request.id, url, ports);
  const known = await journal.submission(video);
  const submission = submissionOf(request, { id: video, url, known });
  const previous = await currentDecisions(video, journal);
  const at = timestamp(ports);
  const { fresh } = request;
  // Before the submission, so that a process that sees the new video also sees its priority.
  if (fresh !== undefined && fresh !== previous.fresh) {
    await journal.decide({ type: 'prioritised', video, at, fresh });
  }
  await journal.decide({ type: 'submitted', video, at, submission });
  const hasMoved = known !== undefined && playlistFingerprint(known) !== playlistFingerprint(submission);
  const startsOver = previous.hold === 'cancelled' || (known && known.playlistUrl !== submission.playlistUrl);
  return applyDecision(video, ports, async () => {
    const { invalid } = await restoreAligned(video, ports);
    if (hasMoved) await startOver(video, ports);
    else if (invalid || startsOver) await openAnew(video, ports);
    if (await crawl(video)) return;
    // What is under way may have read the source before it changed.
    await openAnew(video, ports);
    await crawl(video);
  });
}

/** Gives a video a fresh start, which voids work in progress on it. */
async function openAnew(video: VideoId, ports: ControlPorts): Promise<void> {
  const { generation: seen } = await restoreAligned(video, ports);
  // If this is stale, another process has opened the video meanwhile, which is the fresh start.
  await ports.ledger.apply(video, { type: 'open', seen, generation: ports.newGeneration() });
}

/**
 * The submission that is asked for. What it does not say of a known video stays as it was, but for side files of another
 * playlist.
 */
function submissionOf(
  { title = '', recordedAt }: SubmitRequest,
  { id, url, known }: { readonly id: VideoId; readonly url: URL | undefined; readonly known: Submission | undefined },
): Submission {
  if (!known && !url) throw unknownVideo(id);
  const instant = instantOf(recordedAt);
  if (recordedAt !== undefined && instant === undefined) {
    throw new FlantsError('usage', `recordedAt is ${JSON.stringify(recordedAt)}: expected an ISO 8601 instant`);
  }
  const href = url?.href ?? known?.playlistUrl ?? '';
  const { sideFiles, hasTokens, ...kept } = known ?? {};
  const isSamePlaylist =
    known !== undefined && playlistFingerprint(known) === playlistFingerprint({ playlistUrl: href });
  return {
    ...kept,
    id,
    playlistUrl: href,
    ...(title.trim() === '' ? {} : { title }),
    ...(instant === undefined ? {} : { recordedAt: new Date(instant).toISOString() }),
    ...(isSamePlaylist && sideFiles ? { sideFiles } : {}),
    // Of the URL as the catalogue has it; one with a token of its own needs none.
    ...(hasTokens && known?.playlistUrl === href ? { hasTokens } : {}),
    by: 'person',
  };
}

function urlOf(playlistUrl: string): URL {
  const url = URL.parse(playlistUrl);
  if (!url || !schemes.includes(url.protocol)) {
    throw new FlantsError('usage', 'the URL of the playlist does not begin with http://, https://, s3:// or file://');
  }
  url.hash = '';
  return url;
}

function idOfRequest(id: VideoId | undefined, url: URL | undefined, { idOf }: ControlPorts): VideoId {
  if (id !== undefined) return validId(id);
  if (url) return idFromUrl(url, idOf);
  throw new FlantsError('usage', 'name the URL of a playlist, or the id of a known video');
}

function idFromUrl(url: URL, idOf: ControlPorts['idOf']): VideoId {
  const id = idOf(url);
  if (id === undefined) throw new FlantsError('usage', 'the URL names a host but no playlist');
  return id;
}

function validId(id: VideoId): VideoId {
  if (!isVideoId(id)) throw new FlantsError('usage', `the id is not as it must be: ${videoIdExpectation}`);
  return id;
}
