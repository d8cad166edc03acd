import { hasBit, rangesOfBits } from '../domain/bits.ts';
import { replayOf } from '../domain/progress/replay.ts';
import type { Replay, ReplayWindow, VideoTimes } from '../domain/progress/replay.ts';
import type { Submission } from '../domain/video.ts';
import { readAhead } from '../domain/waiting/read-ahead.ts';
import { tallyOf } from '../journal/tally.ts';
import type { ControlPorts } from './control-ports.ts';
import { finishedRuns } from './runs.ts';

type Ports = Pick<ControlPorts, 'journal' | 'ledger'>;

/** What of a library is played. */
export interface ReplayRequest {
  /** Titles, or ids where there are none, in place of numbers. */
  readonly titles: boolean;
}

const videosAtATime = 8;
const chunkFiles = 1_000;

/**
 * Makes what plays the latest run of `copy` again that did something; of a library without such runs, as in a cluster, all
 * that happened. Times are those of the evidence.
 */
export async function makeReplay({ titles }: ReplayRequest, ports: Ports): Promise<Replay> {
  const videos: VideoTimes[] = [];
  let number = 0;
  const read = async (submission: Submission): Promise<VideoTimes | undefined> => {
    const { id, title } = submission;
    return readTimes(id, titles ? (title ?? id) : `Video ${(number += 1)}`, ports);
  };
  for await (const video of readAhead(ports.journal.submissions(), videosAtATime, read)) if (video) videos.push(video);
  return replayOf(videos, (await latestRun(ports)) ?? windowOf(videos));
}

async function latestRun({ journal }: Ports): Promise<ReplayWindow | undefined> {
  const runs = await finishedRuns(journal);
  const latest = runs.find(({ run }) => run.copied + run.failed > 0);
  return latest && { from: Date.parse(latest.startedAt), to: Date.parse(latest.endedAt) };
}

function windowOf(videos: readonly VideoTimes[]): ReplayWindow {
  let [from, to] = [Infinity, -Infinity];
  for (const { at } of videos) {
    for (const time of at) {
      if (time < from) from = time;
      if (time > to) to = time;
    }
  }
  return from <= to ? { from, to } : { from: 0, to: 0 };
}

async function readTimes(id: string, title: string, { journal, ledger }: Ports): Promise<VideoTimes | undefined> {
  const tally = await tallyOf(id, { journal, ledger });
  const { revision, total = 0 } = tally?.record ?? {};
  if (!tally || revision === undefined || total === 0) return undefined;
  const at = new Float64Array(total).fill(Number.NaN);
  const sizeBytes = new Float64Array(total);
  const failures = await journal.failures(id);
  for (let from = 0; from < total; from += chunkFiles) {
    const files = await journal.files(id, revision, [[from, from + chunkFiles]]);
    const evidence = await journal.evidence(
      id,
      files.map(({ file }) => file.key),
      { mayLag: from > 0 },
    );
    for (const { index, file } of files) {
      const known = hasBit(tally.done, index) ? evidence.get(file.key) : undefined;
      const failed = hasBit(tally.failed, index) ? failures.get(file.key) : undefined;
      at[index] = Date.parse(known?.at ?? failed?.at ?? '');
      sizeBytes[index] = known?.sizeBytes ?? 0;
    }
  }
  return {
    title,
    at,
    sizeBytes,
    failed: rangesOfBits(tally.failed, total),
    accepted: rangesOfBits(tally.accepted, total),
  };
}
