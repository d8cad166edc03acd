import { randomUUID } from 'node:crypto';
import { failureOf } from '../../domain/failure.ts';
import type { VideoId } from '../../domain/video.ts';
import type { Engine } from '../../engine/engine.ts';
import { collectRowWarnings } from '../../scanner/row-warnings.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import type { ScanSink } from '../../scanner/scan.ts';
import { withCatalogue } from '../open/catalogue.ts';
import { emit } from './emit.ts';
import { countLeftOut } from './left-out.ts';
import { missingRowEntry, refusedRowEntry } from './refused-rows.ts';
import type { RefusedRowEntry } from './refused-rows.ts';
import type { CopyContext, ScanResult } from './report-run.ts';

/**
 * Reads the sources of a copy, and has each video crawled that is wanted.
 *
 * @param budget - once aborted, no more are read
 */
export async function scanSources(
  { options, hooks, state, keyRules }: CopyContext,
  engine: Engine,
  budget: AbortSignal | undefined,
): Promise<ScanResult> {
  const videos: VideoId[] = [];
  const refused: RefusedRowEntry[] = [];
  const warnings = collectRowWarnings();
  const leftOut = countLeftOut();
  const ports = { ...state, keyRules, newGeneration: randomUUID, now: Date.now };
  const sink: ScanSink = {
    onVideo: async ({ id, playlistUrl, sideFiles }) => {
      videos.push(id);
      state.tracker.takes(id);
      await engine.crawl(id, {
        recheck: options.recheck,
        urls: { playlistUrl, ...(sideFiles ? { sideFiles } : {}) },
      });
    },
    onRefused: (row) => {
      const entry = refusedRowEntry(row);
      refused.push(entry);
      emit(hooks, { type: 'row-refused', ...entry });
    },
    onWarning: (warning) => {
      warnings.add(warning);
      emit(hooks, { type: 'row-warning', ...warning });
    },
    onLeftOut: (_, why) => leftOut.add(why),
  };
  const stopped = AbortSignal.any([hooks.drain, hooks.signal, ...(budget ? [budget] : [])]);
  const onAbsentField = (message: string): void => emit(hooks, { type: 'warning', message });
  const missing = await withCatalogue(options.sources, { ...options, onAbsentField }, (catalogue) =>
    scanCatalogue(catalogue, options, ports, sink, stopped),
  ).catch((error: unknown): readonly VideoId[] => {
    // Stopped during the scan. The videos found so far are reported as usual.
    if ((hooks.drain.aborted || budget?.aborted) && failureOf(error).code === 'aborted') return [];
    throw error;
  });
  for (const message of leftOut.warnings(videos.length)) emit(hooks, { type: 'warning', message });
  const unknown = budget?.aborted ? [] : missing;
  for (const id of unknown) emit(hooks, { type: 'warning', video: id, message: 'no source names this video' });
  return { videos, refused: [...refused, ...unknown.map(missingRowEntry)], rowWarnings: warnings.summary() };
}
