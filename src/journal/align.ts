import type { Change } from '../domain/change.ts';
import { FlantsError } from '../domain/failure.ts';
import { playlistFingerprint } from '../domain/playlist-fingerprint.ts';
import type { VideoId, VideoRecord } from '../domain/video.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { acceptances, failedFiles } from './failed-files.ts';
import { currentDecisions } from './initial-record.ts';
import type { CurrentDecisions } from './initial-record.ts';
import type { Journal } from './journal.ts';
import { restoreVideo } from './restore.ts';
import type { RestorePorts } from './restore.ts';

/** Ports for aligning a ledger with its journal. */
export interface AlignPorts {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** Reached only if others change the same video as often in the meantime. */
const maxRounds = 16;

/**
 * Applies the hold and priority that the journal records as decided to the ledger. Safe while others decide at the same
 * time, since every writer reads the journal again after its last write.
 *
 * @param present - reads the record; defaults to `ledger.read`
 * @returns the aligned record, or undefined if `present` returned none
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
 * Starts a video over without its plan, because its playlist URL has changed. The new generation voids whatever is in
 * progress: a crawl of the old playlist registers nothing, and a publication ends. Without a plan the video's next step is
 * a crawl, so none can be forgotten.
 */
export async function startOver(video: VideoId, ports: RestorePorts): Promise<void> {
  for (let round = 0; round < maxRounds; round++) {
    const record = await restoreVideo(video, ports);
    const submission = record && (await ports.journal.submission(video));
    if (!submission) return;
    const asked = playlistFingerprint(submission);
    if (record.asked === asked) return;
    const change: Change = { type: 'open', seen: record.generation, generation: ports.newGeneration(), asked };
    // Stale: it was registered or let go of meanwhile.
    if ((await ports.ledger.apply(video, change)).result === 'applied') return;
  }
  throw changedTooFast(video);
}

/**
 * Marks failed files as accepted where the journal holds an acceptance, be it for this or an earlier revision.
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

/** The error to throw when others change a video each time that it is about to be changed. */
export function changedTooFast(video: VideoId): FlantsError {
  return new FlantsError('state.unusable', `the record of ${video} changed each time it was to be changed`, {
    retryable: true,
  });
}
