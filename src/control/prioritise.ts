import type { Decided } from '../domain/report/library-status.ts';
import type { VideoId } from '../domain/video.ts';
import { currentDecisions } from '../journal/initial-record.ts';
import { restoreAligned } from './restore.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp, requireSubmission, applyDecision } from './apply-decision.ts';

/** Moves a video ahead of the backlog, or back into it. Takes effect with its next batch. */
export async function prioritiseVideo(video: VideoId, fresh: boolean, ports: ControlPorts): Promise<Decided> {
  const { journal } = ports;
  await requireSubmission(video, journal);
  if ((await currentDecisions(video, journal)).fresh !== fresh) {
    await journal.decide({ type: 'prioritised', video, at: timestamp(ports), fresh });
  }
  return applyDecision(video, ports, () => restoreAligned(video, ports));
}
