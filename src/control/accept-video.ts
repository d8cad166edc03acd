import { applyAcceptances } from '../journal/align.ts';
import { failedFileNamed } from './accept.ts';
import { restore } from './restore.ts';
import type { Accepted, AcceptRequest } from './requests.ts';
import type { ControlPorts } from './control-ports.ts';
import { timestamp, applyDecision } from './apply-decision.ts';

/** Allows a video to be published without one of its failed files. */
export async function acceptVideo({ video, file, reason }: AcceptRequest, ports: ControlPorts): Promise<Accepted> {
  const key = await failedFileNamed(file, video, ports);
  await ports.journal.decide({ type: 'accepted', video, at: timestamp(ports), key, reason });
  const decided = await applyDecision(video, ports, async () => {
    await restore(video, ports);
    await applyAcceptances(video, ports);
    await ports.takeNextStep(video);
  });
  return { ...decided, key };
}
