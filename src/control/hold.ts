import { FlantsError } from '../domain/failure.ts';
import type { Decided } from '../domain/library.ts';
import type { VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { ControlPorts } from './control-ports.ts';
import { instant, knownSubmission, takeEffect } from './take-effect.ts';

/** Lets out no more work on a video; what is under way ends by itself and counts. */
export async function pauseVideo(video: VideoId, ports: ControlPorts): Promise<Decided> {
  const { journal } = ports;
  if ((await holdOf(video, ports)) !== 'paused') {
    await journal.decide({ type: 'paused', video, at: instant(ports) });
  }
  return takeEffect(video, ports, () => restoreAligned(video, ports));
}

/** Ends a pause. */
export async function resumeVideo(video: VideoId, ports: ControlPorts): Promise<Decided> {
  const { journal, takeNextStep } = ports;
  if ((await holdOf(video, ports)) === 'paused') {
    await journal.decide({ type: 'resumed', video, at: instant(ports) });
  }
  return takeEffect(video, ports, async () => {
    await restoreAligned(video, ports);
    await takeNextStep(video);
  });
}

async function holdOf(video: VideoId, { journal }: ControlPorts): Promise<'paused' | undefined> {
  await knownSubmission(video, journal);
  const { hold } = await currentDecisions(video, journal);
  if (hold === 'cancelled') {
    throw new FlantsError(
      'video.state',
      `the video ${video} is cancelled; submit it again to have it copied after all`,
    );
  }
  return hold;
}
