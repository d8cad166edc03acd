import { setTimeout as sleep } from 'node:timers/promises';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import type { KeyRules } from '../../domain/names/destination-key.ts';
import { FlantsError } from '../../domain/failure.ts';
import { createSample, rankOf } from '../../domain/cost/sampling.ts';
import { second } from '../../domain/units.ts';
import type { Submission } from '../../domain/video.ts';
import type { LeftOut } from '../../domain/video-selection.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { MemoryLedger } from '../../ledger/memory-ledger.ts';
import { scanCatalogue } from '../../scanner/scan.ts';
import type { RowWarning } from '../../scanner/row-warnings.ts';
import type { RefusedRow } from '../../scanner/scan.ts';
import type { Source } from '../../storage/source.ts';
import type { PlanOptions } from '../../config/plan-options.ts';
import { lookAtVideo } from '../embedded/look-at-video.ts';
import type { Look, LookPorts, PreviousState } from '../embedded/look-at-video.ts';
import { withCatalogue } from '../open/catalogue.ts';

/** Where to look. */
export interface LookAround {
  readonly source: Source;
  readonly keyRules: KeyRules;
  readonly previous: PreviousState | undefined;
}

/** Receives what was found. */
export interface LookSink {
  readonly onLook: (look: Look) => void;
  readonly onRefused: (row: RefusedRow) => void;
  /** No source names this video. */
  readonly onMissing: (id: string) => void;
  /** A row that has a part that cannot be read. */
  readonly onWarning: (warning: RowWarning) => void;
  readonly onLeftOut: (id: string, why: LeftOut) => void;
  /** As `OpenCatalogueOptions` has it. */
  readonly onAbsentField: (message: string) => void;
  /** Once aborted, no more videos are taken. */
  readonly drain: AbortSignal;
  readonly signal: AbortSignal;
}

/** As many as a copy crawls. */
const looksAtATime = 8;
const maxTries = 3;
const longestDelayMs = 10 * second;

/**
 * Looks at the videos of the sources, some at a time: at all, or at a random sample.
 *
 * @returns how many videos there are
 */
export async function lookAtVideos(options: PlanOptions, around: LookAround, sink: LookSink): Promise<number> {
  const { sampleVideos, seed } = options;
  const ports: LookPorts = {
    ...around,
    limits: defaultWalkLimits,
    external: options.external,
    nameProbe: createNameProbe(),
    assumeEnded: options.assumeEnded,
  };
  const sample = sampleVideos === undefined ? undefined : createSample<Submission>(sampleVideos);
  const running = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let found = 0;
  const take = async (submission: Submission): Promise<void> => {
    const looking: Promise<void> = lookPatiently(submission, ports, sink)
      .then(sink.onLook)
      .catch((error: unknown) => void (failure ??= { error }))
      .finally(() => running.delete(looking));
    running.add(looking);
    if (running.size >= looksAtATime) await Promise.race(running);
    if (failure) throw failure.error;
  };
  try {
    await scan(options, around, sink, async (submission) => {
      found += 1;
      if (sample) sample.offer(rankOf(seed, submission.id), () => submission);
      else await take(submission);
    });
    for (const submission of sample?.items() ?? []) if (!sink.drain.aborted) await take(submission);
  } finally {
    await Promise.all(running);
  }
  if (failure) throw failure.error;
  return found;
}

async function scan(
  options: PlanOptions,
  { keyRules }: LookAround,
  { onRefused, onMissing, onWarning, onLeftOut, onAbsentField, drain, signal }: LookSink,
  onVideo: (submission: Submission) => Promise<void>,
): Promise<void> {
  const ports = {
    journal: new MemoryJournal(),
    ledger: new MemoryLedger(),
    keyRules,
    newGeneration: () => 'plan',
    now: Date.now,
  };
  const rowSink = { onVideo, onRefused, onWarning, onLeftOut };
  const missing = await withCatalogue(options.sources, { ...options, onAbsentField }, (catalogue) =>
    scanCatalogue(catalogue, options, ports, rowSink, AbortSignal.any([drain, signal])),
  ).catch((error: unknown): readonly string[] => {
    if (drain.aborted && error instanceof FlantsError && error.code === 'aborted') return [];
    throw error;
  });
  if (!drain.aborted) for (const id of missing) onMissing(id);
}

/** Looks again where that may help, as a copy would. */
async function lookPatiently(
  submission: Submission,
  ports: LookPorts,
  { drain, signal }: Pick<LookSink, 'drain' | 'signal'>,
): Promise<Look> {
  for (let tries = 1; ; tries++) {
    const look = await lookAtVideo(submission, ports, signal);
    if (signal.aborted) throw new FlantsError('aborted', 'stopped while planning');
    const { invalid } = look.report;
    if (!invalid?.retryable || tries === maxTries || drain.aborted) return look;
    const delayMs = Math.min(longestDelayMs, invalid.retryAfterMs ?? tries * second);
    await sleep(delayMs, undefined, { signal: AbortSignal.any([drain, signal]) }).catch(() => undefined);
  }
}
