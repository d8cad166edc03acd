import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { addToTotals, emptyTotals } from '../../domain/totals.ts';
import { reportVideo } from '../../journal/report-video.ts';
import type { StateOptions } from '../../config/control-options.ts';
import type { AcceptOptions, ReportOptions, RetryOptions, VideosOptions } from '../../config/state-options.ts';
import { acceptFile } from '../../control/accept.ts';
import { writeFileLines } from '../../control/file-lines.ts';
import { retryVideo } from '../../control/retry.ts';
import { unknownVideo } from '../../control/unknown-video.ts';
import { FlantsError } from '../../domain/failure.ts';
import type { LibraryReport, VideoReport } from '../../domain/report.ts';
import { isWhole } from '../../domain/video.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Journal } from '../../journal/journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import type { PublishResult } from '../../publisher/publish.ts';
import { openStateFile } from '../../state/file.ts';
import { readDestination } from '../destination-setting.ts';
import { readFunctionCost } from '../functions/meter.ts';
import { tokenRulesOf } from '../../engine/key-rules.ts';
import { publishNow } from './publish-now.ts';

interface OpenState {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

async function withState<T>(
  { stateDir }: StateOptions,
  { readOnly }: { readonly readOnly: boolean },
  work: (state: OpenState) => Promise<T>,
): Promise<T> {
  const state = openStateFile(stateDir, { readOnly });
  try {
    return await work({ journal: new SqliteJournal(state), ledger: new SqliteLedger(state) });
  } finally {
    state.close();
  }
}

/** Reports on the videos of a state. Safe while a copy is running. */
export async function readStatus(options: VideosOptions): Promise<LibraryReport> {
  return withState(options, { readOnly: true }, async (state) => {
    const totals = emptyTotals();
    const videos: VideoReport[] = [];
    for await (const report of reports(options.videos, state)) {
      addToTotals(totals, report);
      videos.push(report);
    }
    return { ...(await describe(options, state)), totals, videos };
  });
}

/**
 * Reopens failed files, and videos that could not be planned, for the next copy.
 *
 * @throws {FlantsError} `usage` for a video that is not in the state
 */
export async function retryFailed(options: RetryOptions): Promise<{ reopened: number; videos: number }> {
  return withState(options, { readOnly: false }, async (state) => {
    let [reopened, videos] = [0, 0];
    for await (const video of idsOf(options.videos, state)) {
      const retried = await retryVideo(video, options.failedBy, { ...state, newGeneration: randomUUID });
      reopened += retried.files;
      if (retried.files > 0 || retried.wasInvalid) videos += 1;
    }
    return { reopened, videos };
  });
}

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
  return withState(options, { readOnly: false }, async (state) => {
    const { video, file, reason } = options;
    const key = await acceptFile({ video, file, reason, at: new Date().toISOString() }, state);
    const record = await state.ledger.read(video);
    return {
      key,
      result: record && isWhole(record) ? await publishNow(video, state, { ...options, signal }) : 'not-whole',
    };
  });
}

/** Writes a report, either as one JSON document or as one line for each file. */
export async function writeReport(options: ReportOptions, write: (line: string) => Promise<void>): Promise<void> {
  if (!options.files) {
    await write(JSON.stringify(await readStatus(options), null, 2));
    return;
  }
  await withState(options, { readOnly: true }, async (state) => {
    for await (const video of idsOf(options.videos, state)) await writeFileLines(video, state, write);
  });
}

async function* reports(videos: readonly VideoId[], state: OpenState): AsyncGenerator<VideoReport> {
  const tokenRules = await tokenRulesOf(state.journal);
  for await (const video of idsOf(videos, state)) {
    const report = await reportVideo(video, { ...state, tokenRules });
    if (report) yield report;
  }
}

/** Yields the named videos, or all videos if none is named. */
async function* idsOf(named: readonly VideoId[], { journal, ledger }: OpenState): AsyncGenerator<VideoId> {
  if (named.length === 0) for await (const { video } of ledger.videos()) yield video;
  for (const video of named) {
    if (!(await ledger.read(video))) throw await unknownVideoError(video, journal);
    yield video;
  }
}

/** Recognises an argument that is not a video but the destination, which is not needed beside `--state`. */
async function unknownVideoError(argument: string, journal: Journal): Promise<FlantsError> {
  const store = (await readDestination(journal))?.store;
  if (store?.kind !== 'folder' || resolve(argument) !== store.path) return unknownVideo(argument);
  return new FlantsError(
    'usage',
    `${argument} is the destination of the state that --state names: leave out one of them`,
  );
}

async function describe(
  options: StateOptions,
  { journal }: OpenState,
): Promise<Pick<LibraryReport, 'format' | 'destination' | 'at' | 'refusedRows' | 'unguarded' | 'functions'>> {
  const destination = (await readDestination(journal))?.name ?? options.destination?.name ?? options.stateDir;
  const functions = await readFunctionCost(journal);
  const at = new Date().toISOString();
  return { format: 1, destination, at, refusedRows: [], unguarded: [], ...(functions ? { functions } : {}) };
}
