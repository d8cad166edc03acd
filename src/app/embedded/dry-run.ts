import { addToTotals, emptyTotals } from '../../domain/totals.ts';
import type { CopyOptions } from '../../config/copy-options.ts';
import { planVideo } from '../../crawler/crawl.ts';
import { withoutTokens } from '../../domain/destination-key.ts';
import { exitCodeOf } from '../../domain/exit-code.ts';
import { failureOf } from '../../domain/failure.ts';
import type { LibraryReport, VideoReport } from '../../domain/report.ts';
import { rootKeyOf } from '../../domain/revision.ts';
import type { PlannedFile } from '../../domain/revision.ts';
import type { Submission, VideoId } from '../../domain/video.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import type { Journal } from '../../journal/journal.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { SqliteJournal } from '../../journal/sqlite-journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { MemoryLedger } from '../../ledger/memory-ledger.ts';
import { SqliteLedger } from '../../ledger/sqlite-ledger.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import type { RefusedRow } from '../../scanner/scan.ts';
import { hasStateFile, openStateFile } from '../../state/state-file.ts';
import { connectSource } from '../connect.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import { readKeyRules, settleKeyRules } from '../../engine/key-rules.ts';
import { openCatalogue, surveySources } from '../open-catalogue.ts';
import { missingRowEntry, refusedRowEntry } from './refused-rows.ts';
import type { RefusedRowEntry } from './refused-rows.ts';
import { sourceSpecOf } from '../source-spec.ts';

/** What a plan would need no copying for. */
interface Known {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** Keys asked for at a time: bounds the memory, whatever the video's size. */
const chunkFiles = 1_000;

/**
 * Reads catalogue, playlists and the state, where there is one, and tells what a copy would do. Writes nothing,
 * neither at the destination nor in the state.
 */
export async function dryRun(
  options: CopyOptions,
  hooks: CopyHooks,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const state = hasStateFile(options.stateDir) ? openStateFile(options.stateDir, { readOnly: true }) : undefined;
  try {
    return await rehearse(
      options,
      hooks,
      state && { journal: new SqliteJournal(state), ledger: new SqliteLedger(state) },
    );
  } finally {
    state?.close();
  }
}

async function rehearse(
  options: CopyOptions,
  hooks: CopyHooks,
  known: Known | undefined,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const survey = await surveySources(options.sources, hooks.signal);
  const journal = new MemoryJournal();
  const keyRules = await settleKeyRules((await beganWithRules(known)) ?? journal, options, survey.firstUrls);
  const source = connectSource(sourceSpecOf(options, survey));
  const videos: VideoReport[] = [];
  const refusedRows: RefusedRowEntry[] = [];
  const totals = emptyTotals();
  const startedAt = performance.now();

  const plan = async (submission: Submission): Promise<void> => {
    const report = await planned(submission);
    videos.push(report);
    const { id, state, invalid } = report;
    if (invalid) emit(hooks, { type: 'video', video: id, state, failure: invalid });
    addToTotals(totals, report);
  };
  const planned = async (submission: Submission): Promise<VideoReport> => {
    const { id, title, playlistUrl } = submission;
    const common = {
      id,
      ...(title === undefined ? {} : { title }),
      playlistUrl: withoutTokens(new URL(playlistUrl), keyRules.tokenParameters).href,
      failures: [],
    };
    try {
      const ports = { source, keyRules, limits: defaultWalkLimits, external: options.external };
      const { revision } = await planVideo(submission, ports, hooks);
      const { digest, files, documents, external, warnings } = revision;
      const playlistKey = rootKeyOf(documents);
      const there = await countThere(submission.id, files, known);
      const record = await known?.ledger.read(id);
      const accepted = record?.revision === digest ? record.accepted : 0;
      emit(hooks, { type: 'planned', video: id, files: files.length, documents: documents.length });
      return {
        ...common,
        state: record?.published === digest ? 'published' : 'waiting',
        files: { total: files.length, done: there.files, failed: accepted, accepted },
        sizeBytes: there.sizeBytes,
        revision: digest,
        ...(playlistKey === undefined ? {} : { playlistKey }),
        external,
        warnings,
      };
    } catch (error) {
      const files = { total: 0, done: 0, failed: 0, accepted: 0 };
      const invalid = failureOf(error);
      return { ...common, state: 'invalid', files, sizeBytes: 0, external: [], warnings: [], invalid };
    }
  };
  const refuse = (row: RefusedRow): void => {
    const told = refusedRowEntry(row);
    refusedRows.push(told);
    emit(hooks, { type: 'row-refused', ...told });
  };

  try {
    const rules = { ids: options.ids, ...(options.limit === undefined ? {} : { limit: options.limit }) };
    const ports = { journal, keyRules, ledger: new MemoryLedger(), newGeneration: () => 'dry', now: Date.now };
    const missing = await scanCatalogue(
      await openCatalogue(options.sources),
      rules,
      ports,
      { onVideo: plan, onRefused: refuse },
      hooks.drain,
    );
    for (const id of missing) {
      emit(hooks, { type: 'warning', video: id, message: 'no source names this video' });
      refusedRows.push(missingRowEntry(id));
    }
  } finally {
    await source.close();
  }
  const report: LibraryReport = {
    format: 1,
    destination: options.destination.name,
    at: new Date().toISOString(),
    totals,
    videos,
    refusedRows,
    unguarded: [],
  };
  const whole = videos.map((video): VideoReport => (video.invalid ? video : { ...video, state: 'published' }));
  const exitCode = exitCodeOf({ videos: whole, refused: refusedRows.length, interrupted: hooks.drain.aborted });
  const durationMs = Math.round(performance.now() - startedAt);
  const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs };
  emit(hooks, {
    type: 'finished',
    exitCode,
    progress: { totals, run, bytesPerSecond: 0, filesPerSecond: 0, uncrawled: 0 },
  });
  return { exitCode, report };
}

/** The journal of a state that has its key rules: of such a one `settleKeyRules` only reads. */
async function beganWithRules(known: Known | undefined): Promise<Journal | undefined> {
  return known && (await readKeyRules(known.journal)) ? known.journal : undefined;
}

/** Files with evidence of the same URL: a copy would ask for them only if the source has changed. */
async function countThere(
  video: VideoId,
  files: readonly PlannedFile[],
  known: Known | undefined,
): Promise<{ readonly files: number; readonly sizeBytes: number }> {
  const there = { files: 0, sizeBytes: 0 };
  if (!known) return there;
  for (let from = 0; from < files.length; from += chunkFiles) {
    const chunk = files.slice(from, from + chunkFiles);
    const evidence = await known.journal.evidence(
      video,
      chunk.map(({ key }) => key),
    );
    for (const { key, url } of chunk) {
      const found = evidence.get(key);
      if (found?.url !== url) continue;
      there.files += 1;
      there.sizeBytes += found.sizeBytes;
    }
  }
  return there;
}
