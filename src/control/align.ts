import type { Change } from '../domain/change.ts';
import { FlantsError } from '../domain/failure.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import { standingOf } from '../journal/first-sight.ts';
import type { Standing } from '../journal/first-sight.ts';
import { recallVideo } from '../journal/recall.ts';
import type { RecallPorts } from '../journal/recall.ts';
import { unknownVideo } from './unknown-video.ts';

/** Somebody else would have to change the same video just as often meanwhile. */
const maxRounds = 16;

/**
 * A video's record, brought into the ledger with all that the journal tells where it was not there.
 *
 * @throws {FlantsError} `video.unknown` when it was never submitted
 */
export async function recall(video: VideoId, ports: RecallPorts): Promise<VideoRecord> {
  const record = await recallVideo(video, ports);
  if (!record) throw unknownVideo(video);
  return record;
}

/**
 * Changes a record by compare-and-set until the change holds.
 *
 * @param changeOf - what to change in the record as it stands; undefined when nothing is left to do
 */
export async function changeRecord(
  video: VideoId,
  ports: RecallPorts,
  changeOf: (record: VideoRecord) => Change | undefined | Promise<Change | undefined>,
): Promise<VideoRecord> {
  for (let round = 0; round < maxRounds; round++) {
    const record = await recall(video, ports);
    const change = await changeOf(record);
    if (!change) return record;
    await ports.ledger.apply(video, change);
  }
  throw changedTooFast(video);
}

/**
 * Brings the hold and the priority of a record in line with what the journal says was decided. Safe beside others
 * that decide at the same time: whoever writes last looks at the journal once more, after it has.
 */
export function alignWithDecisions(video: VideoId, ports: RecallPorts): Promise<VideoRecord> {
  return changeRecord(video, ports, async (record) => differenceOf(record, await standingOf(video, ports.journal)));
}

function differenceOf({ generation, ...record }: VideoRecord, { hold, fresh }: Standing): Change | undefined {
  if (record.hold !== hold) return { type: 'hold', generation, hold: hold ?? null };
  if (fresh !== undefined && fresh !== (record.fresh ?? false)) return { type: 'prioritise', generation, fresh };
  return undefined;
}

function changedTooFast(video: VideoId): FlantsError {
  return new FlantsError('state.unusable', `the record of ${video} changed each time it was to be changed`, {
    retryable: true,
  });
}
