import type { AcceptOptions } from '../../config/state-options.ts';
import { acceptFile } from '../../control/accept.ts';
import { isWhole } from '../../domain/video.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import type { PublishResult } from '../../publisher/publish.ts';
import { openStateFile } from '../../state/file.ts';
import { publishNow } from './publish-now.ts';

/** Result of accepting a failed file. */
export interface AcceptResult {
  /** Key of the file. */
  readonly key: string;
  /** Result of the publication, or `not-whole` if other files are still missing. */
  readonly result: PublishResult['result'] | 'not-whole';
}

/**
 * Accepts that a video is published without one of its failed files, and publishes it if no other file is missing.
 *
 * @throws {FlantsError} `usage` if there is no such failed file; as the destination if publishing fails, in which case
 *   the acceptance is recorded all the same
 */
export async function acceptFailure(
  options: AcceptOptions,
  { signal }: { readonly signal: AbortSignal },
): Promise<AcceptResult> {
  const { video, file, reason, stateDir } = options;
  const state = openStateFile(stateDir);
  try {
    const ports = { journal: new SqliteJournal(state), ledger: new SqliteLedger(state) };
    const key = await acceptFile({ video, file, reason, at: new Date().toISOString() }, ports);
    const record = await ports.ledger.read(video);
    const isReady = record !== undefined && isWhole(record);
    return { key, result: isReady ? await publishNow(video, ports, { ...options, signal }) : 'not-whole' };
  } finally {
    state.close();
  }
}
