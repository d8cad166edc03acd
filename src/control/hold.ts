import { nextStep, nothingCarried } from '../domain/next-step.ts';
import type { Decided } from '../domain/report/library-status.ts';
import type { VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp, requireSubmission, applyDecision, cancelledVideo } from './apply-decision.ts';

/** Dispatches no more work of a video. Work in progress ends by itself and counts. */
export async function pauseVideo(video: VideoId, ports: ControlPorts): Promise<Decided> {
  const { journal } = ports;
  if ((await currentHold(video, ports)) !== 'paused') {
    await journal.decide({ type: 'paused', video, at: timestamp(ports) });
  }
  return unlessCancelled(applyDecision(video, ports, () => restoreAligned(video, ports)));
}

/** Ends a pause. */
export async function resumeVideo(video: VideoId, ports: ControlPorts): Promise<Decided> {
  const { journal, takeNextStep, crawl } = ports;
  if ((await currentHold(video, ports)) === 'paused') {
    await journal.decide({ type: 'resumed', video, at: timestamp(ports) });
  }
  return unlessCancelled(
    applyDecision(video, ports, async () => {
      const record = await restoreAligned(video, ports);
      // Where nothing is left to do, the pause may have held back a look at its source.
      const isAtRest = nextStep(record, nothingCarried) === 'none';
      await (isAtRest ? crawl(video) : takeNextStep(video));
    }),
  );
}

/** Others may have cancelled it meanwhile. */
async function unlessCancelled(deciding: Promise<Decided>): Promise<Decided> {
  const decided = await deciding;
  if (decided.state === 'cancelled') throw cancelledVideo(decided.video);
  return decided;
}

async function currentHold(video: VideoId, { journal }: ControlPorts): Promise<'paused' | undefined> {
  await requireSubmission(video, journal);
  const { hold } = await currentDecisions(video, journal);
  if (hold === 'cancelled') throw cancelledVideo(video);
  return hold;
}
