import { FlantsError } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import { playlistMark } from '../domain/playlist-mark.ts';
import type { Submission, VideoId } from '../domain/video.ts';
import { startOver } from '../journal/align.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { SubmitRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant, takeEffect } from './take-effect.ts';

const schemes: readonly string[] = ['http:', 'https:', 'file:'];
const maxIdLength = 1_000;

/** Adds a video that a person names, or has a known one looked at again. */
export async function submitVideo(request: SubmitRequest, ports: ControlPorts): Promise<Decided> {
  const { journal, ledger, newGeneration, crawl } = ports;
  const submission = submissionOf(request, ports);
  const { id: video } = submission;
  const known = await journal.submission(video);
  const before = await currentDecisions(video, journal);
  const at = instant(ports);
  const { fresh } = request;
  // First, so that whoever sees the video for the first time sees its priority as well.
  if (fresh !== undefined && fresh !== before.fresh) {
    await journal.decide({ type: 'prioritised', video, at, fresh });
  }
  await journal.decide({ type: 'submitted', video, at, submission });
  const hasMoved = known !== undefined && playlistMark(known) !== playlistMark(submission);
  const startsAnew = before.hold === 'cancelled' || (known && known.playlistUrl !== submission.playlistUrl);
  return takeEffect(video, ports, async () => {
    const { invalid, generation: seen } = await restoreAligned(video, ports);
    if (hasMoved) {
      await startOver(video, ports);
    } else if (invalid || startsAnew) {
      // Stale: whoever opened it meanwhile has given it the fresh start.
      await ledger.apply(video, { type: 'open', seen, generation: newGeneration() });
    }
    await crawl(video);
  });
}

function submissionOf({ playlistUrl, title, recordedAt, id }: SubmitRequest, { idOf }: ControlPorts): Submission {
  const url = URL.parse(playlistUrl);
  if (!url || !schemes.includes(url.protocol)) {
    throw new FlantsError('usage', 'the playlist is not named by a URL that begins with http://, https:// or file://');
  }
  url.hash = '';
  if (recordedAt !== undefined && Number.isNaN(Date.parse(recordedAt))) {
    throw new FlantsError('usage', `recordedAt is ${JSON.stringify(recordedAt)}: expected an ISO 8601 instant`);
  }
  return {
    id: id === undefined ? madeId(url, idOf) : checkedId(id),
    playlistUrl: url.href,
    ...(title === undefined ? {} : { title }),
    ...(recordedAt === undefined ? {} : { recordedAt: new Date(recordedAt).toISOString() }),
    by: 'person',
  };
}

function madeId(url: URL, idOf: ControlPorts['idOf']): VideoId {
  const id = idOf(url);
  if (id === undefined) throw new FlantsError('usage', 'the URL names a host and no playlist on it');
  return id;
}

function checkedId(id: VideoId): VideoId {
  if (id.trim() === '' || id.length > maxIdLength) {
    throw new FlantsError('usage', `an id has 1 to ${maxIdLength} characters`);
  }
  return id;
}
