import { hasBit } from '../domain/bits.ts';
import type { VideoId } from '../domain/video.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { acceptances } from './accept.ts';

/** Files read from the journal at a time: bounds memory, whatever the video's size. */
const chunkFiles = 1_000;

/**
 * Writes one JSON line for each file of a video, in playing order: `{video, index, key, url, role, state, …}`, with
 * the evidence of what is done and the failure of what is not.
 */
export async function writeFileLines(
  video: VideoId,
  { ledger, journal }: { readonly ledger: Ledger; readonly journal: Journal },
  write: (line: string) => Promise<void>,
): Promise<void> {
  const tally = await ledger.tally(video);
  const revision = tally?.record.revision;
  if (!tally || revision === undefined) return;
  const reasons = await acceptances(video, journal);
  const failures = await journal.failures(video);
  for (let from = 0; from < tally.record.total; from += chunkFiles) {
    const files = await journal.files(video, revision, [[from, from + chunkFiles]]);
    const evidence = await journal.evidence(files.map(({ file }) => file.key));
    for (const { index, file } of files) {
      const known = hasBit(tally.done, index) ? evidence.get(file.key) : undefined;
      const failed = hasBit(tally.failed, index) ? failures.get(file.key) : undefined;
      const state = hasBit(tally.done, index) ? 'done' : hasBit(tally.accepted, index) ? 'accepted' : failed ? 'failed' : 'open';
      const reason = state === 'accepted' ? reasons.get(file.key) : undefined;
      await write(JSON.stringify({ video, index, state, ...file, ...known, ...failed, ...(reason === undefined ? {} : { acceptedBecause: reason }) }));
    }
  }
}
