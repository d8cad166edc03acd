import { addToTotals, emptyTotals } from '../aggregator/meter.ts';
import type { CopyOptions } from '../config/copy-options.ts';
import { planVideo } from '../crawler/crawl.ts';
import { withoutTokens } from '../domain/destination-key.ts';
import { exitCodeOf } from '../domain/exit-code.ts';
import { failureOf } from '../domain/failure.ts';
import type { LibraryReport, VideoReport } from '../domain/report.ts';
import type { Submission } from '../domain/video.ts';
import { defaultWalkLimits } from '../hls/walk.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { MemoryLedger } from '../ledger/memory-ledger.ts';
import { scanCatalogue } from '../scanner/scan.ts';
import type { RefusedRow } from '../scanner/scan.ts';
import { connectSource } from './connect.ts';
import { emit } from './emit.ts';
import type { CopyHooks } from './emit.ts';
import { settleKeyRules } from './key-rules.ts';
import { openCatalogue, surveySources } from './open-catalogue.ts';
import { sourceSpecOf } from './source-spec.ts';

/**
 * Reads catalogue and playlists and tells what a copy would do. Writes nothing, neither at the
 * destination nor in the state.
 */
export async function dryRun(
  options: CopyOptions,
  hooks: CopyHooks,
): Promise<{ exitCode: number; report: LibraryReport }> {
  const survey = await surveySources(options.sources, hooks.signal);
  const journal = new MemoryJournal();
  const keyRules = await settleKeyRules(journal, options, survey.firstUrls);
  const source = connectSource(sourceSpecOf(options, survey));
  const videos: VideoReport[] = [];
  const refused: RefusedRow[] = [];
  const totals = emptyTotals();
  const startedAt = performance.now();

  const plan = async (submission: Submission): Promise<void> => {
    const report = await planned(submission, () =>
      planVideo(submission, { ...options, source, keyRules, limits: defaultWalkLimits }, hooks),
    );
    videos.push(report);
    const { id, files, invalid } = report;
    if (invalid) emit(hooks, { type: 'video', video: id, state: 'invalid', failure: invalid });
    else emit(hooks, { type: 'planned', video: id, files: files.total, documents: 0 });
    addToTotals(totals, { generation: '', ...files, ...(invalid ? { invalid } : {}) });
  };
  const planned = async (submission: Submission, read: () => ReturnType<typeof planVideo>): Promise<VideoReport> => {
    const { id, title, playlistUrl } = submission;
    const common = {
      id,
      ...(title === undefined ? {} : { title }),
      playlistUrl: withoutTokens(new URL(playlistUrl), keyRules.tokenParameters).href,
      sizeBytes: 0,
      failures: [],
    };
    try {
      const { revision } = await read();
      const { digest, documents, external, warnings } = revision;
      const root = documents.findLast(({ role }) => role !== 'data');
      return {
        ...common,
        state: 'waiting',
        files: { total: revision.files.length, done: 0, failed: 0, accepted: 0 },
        revision: digest,
        ...(root ? { playlistKey: root.key } : {}),
        external,
        warnings,
      };
    } catch (error) {
      const files = { total: 0, done: 0, failed: 0, accepted: 0 };
      return { ...common, state: 'invalid', files, external: [], warnings: [], invalid: failureOf(error) };
    }
  };

  try {
    const rules = { ids: options.ids, ...(options.limit === undefined ? {} : { limit: options.limit }) };
    const ports = { journal, keyRules, ledger: new MemoryLedger(), newGeneration: () => 'dry', now: Date.now };
    await scanCatalogue(
      openCatalogue(options.sources),
      rules,
      ports,
      { onVideo: plan, onRefused: (row) => refused.push(row) },
      hooks.drain,
    );
  } finally {
    await source.close();
  }
  const report: LibraryReport = {
    format: 1,
    destination: options.destination.name,
    at: new Date().toISOString(),
    totals,
    videos,
    refusedRows: refused.map(({ row, id, failure }) => ({ row, failure, ...(id === undefined ? {} : { id }) })),
    unguarded: [],
  };
  const whole = videos.map((video): VideoReport => (video.invalid ? video : { ...video, state: 'published' }));
  const exitCode = exitCodeOf({ videos: whole, refused: refused.length, interrupted: hooks.drain.aborted });
  const durationMs = Math.round(performance.now() - startedAt);
  const run = { copied: 0, unchanged: 0, failed: 0, copiedBytes: 0, durationMs };
  emit(hooks, {
    type: 'finished',
    exitCode,
    progress: { totals, run, bytesPerSecond: 0, filesPerSecond: 0, uncrawled: 0 },
  });
  return { exitCode, report };
}
