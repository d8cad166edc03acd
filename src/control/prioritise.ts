import type { Decided } from '../domain/library.ts';
import type { VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant, knownSubmission, takeEffect } from './take-effect.ts';

/** Puts a video before the backlog, or back into it: from its next batch on. */
export async function prioritiseVideo(video: VideoId, fresh: boolean, ports: ControlPorts): Promise<Decided> {
  const { journal } = ports;
  await knownSubmission(video, journal);
  if ((await currentDecisions(video, journal)).fresh !== fresh) {
    await journal.decide({ type: 'prioritised', video, at: instant(ports), fresh });
  }
  return takeEffect(video, ports, () => restoreAligned(video, ports));
}
