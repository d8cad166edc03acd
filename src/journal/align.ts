import type { Change } from '../domain/change.ts';
import { FlantsError } from '../domain/failure.ts';
import { playlistMark } from '../domain/playlist-mark.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { acceptances, failedFiles } from './failed-files.ts';
import { currentDecisions } from './initial-record.ts';
import type { CurrentDecisions } from './initial-record.ts';
import type { Journal } from './journal.ts';
import { restoreVideo } from './restore.ts';
import type { RestorePorts } from './restore.ts';

/** What bringing a ledger in line with its journal needs. */
export interface AlignPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** Somebody else would have to change the same video just as often meanwhile. */
const maxRounds = 16;

/**
 * Brings the hold and the priority of a record in line with what the journal says was decided. Safe beside others
 * that decide at the same time: whoever writes last looks at the journal once more, after it has.
 *
 * @param present - gives the record; by default as the ledger has it
 * @returns the record as it stands then; undefined where `present` gives none
 */
export async function alignWithDecisions(
  video: VideoId,
  { journal, ledger }: AlignPorts,
  present: () => Promise<VideoRecord | undefined> = () => ledger.read(video),
): Promise<VideoRecord | undefined> {
  for (let round = 0; round < maxRounds; round++) {
    const record = await present();
    const change = record && differenceOf(record, await currentDecisions(video, journal));
    if (!change) return record;
    // A purge removes the submission first: while it is there, so were all decisions just now.
    if (!(await journal.submission(video))) return record;
    await ledger.apply(video, change);
  }
  throw changedTooFast(video);
}

/**
 * Gives a video whose playlist is another than the one that is known of a fresh start without its plan, whatever it is
 * in the middle of: a crawl of the former registers nothing any more, and a publication of it ends. From then on it
 * needs a crawl, which nobody can forget.
 */
export async function startOver(video: VideoId, ports: RestorePorts): Promise<void> {
  for (let round = 0; round < maxRounds; round++) {
    const record = await restoreVideo(video, ports);
    const submission = record && (await ports.journal.submission(video));
    if (!submission) return;
    const asked = playlistMark(submission);
    if (record.asked === asked) return;
    const change: Change = { type: 'open', seen: record.generation, generation: ports.newGeneration(), asked };
    // Stale: it was registered or let go of meanwhile.
    if ((await ports.ledger.apply(video, change)).result === 'applied') return;
  }
  throw changedTooFast(video);
}

/**
 * Marks the failed files of a video that were accepted before, now or for an earlier revision.
 *
 * @returns how many were newly marked
 */
export async function applyAcceptances(video: VideoId, { ledger, journal }: AlignPorts): Promise<number> {
  const accepted = new Set((await acceptances(video, journal)).keys());
  if (accepted.size === 0) return 0;
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined) return 0;
  const { record } = tally;
  const files = (await failedFiles(video, tally, journal)).filter(({ key }) => accepted.has(key));
  if (files.length === 0) return 0;
  const applied = await ledger.apply(video, {
    type: 'accept',
    generation: record.generation,
    revision,
    files: files.map(({ index }) => index),
  });
  return applied.result === 'applied' ? applied.record.accepted - record.accepted : 0;
}

function differenceOf({ generation, ...record }: VideoRecord, { hold, fresh }: CurrentDecisions): Change | undefined {
  if (record.hold !== hold) return { type: 'hold', generation, hold: hold ?? null };
  if (fresh !== undefined && fresh !== (record.fresh ?? false)) return { type: 'prioritise', generation, fresh };
  return undefined;
}

function changedTooFast(video: VideoId): FlantsError {
  return new FlantsError('state.unusable', `the record of ${video} changed each time it was to be changed`, {
    retryable: true,
  });
}
