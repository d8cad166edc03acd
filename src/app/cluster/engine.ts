import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { withoutTokens } from '../../domain/destination-key.ts';
import type { KeyRules } from '../../domain/destination-key.ts';
import type { Failure } from '../../domain/failure.ts';
import { jittered } from '../../domain/settle.ts';
import { second } from '../../domain/units.ts';
import type { Submission, VideoId } from '../../domain/video.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import type { Journal } from '../../journal/journal.ts';
import { dispatchLimits, sendConclusion } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { connectSource } from '../connect.ts';
import type { SourceSpec } from '../connect.ts';
import { createContext } from '../../engine/context.ts';
import type { EngineContext, EngineHooks, EngineHost } from '../../engine/context.ts';
import { readKeyRules } from '../../engine/key-rules.ts';
import type { OpenDestination } from '../open-destination.ts';
import { sourceSpecOf } from '../source-spec.ts';

/** The engine in one process of a cluster: its workers are started by role. */
export interface ClusterEngine {
  readonly context: EngineContext;
  readonly source: SourceSpec;
  readonly destination: OpenDestination;
  close(): Promise<void>;
}

/** What a process hears of its engine, beside what happens to videos. */
export interface ClusterEngineHooks extends EngineHooks {
  /** A failure that concerns all videos; work is taken up again after a while, to see whether it is mended. */
  readonly onHalt: (failure: Failure) => void;
}

/** Crawls are handed back while so many batches wait: Redis holds the work in flight, not the library. */
export const maxWaitingBatches = 256;
/** Of those that wait for room so many may ask again in a second, whoever they are. */
const crawlsAskingPerSecond = 50;
const longestCrawlPauseMs = 30 * second;

/** After a failure that concerns all videos, nothing is tried for so long. */
const haltedMs = 15 * second;
const keyRulesPauseMs = second;

/**
 * Puts the engine together over a cluster's ports, once the library has a video.
 *
 * @param catalogue - asked for URLs with fresh tokens; absent where none is at hand
 */
export async function openClusterEngine(
  cluster: Cluster,
  destination: OpenDestination,
  options: ServiceOptions,
  hooks: ClusterEngineHooks,
  catalogue?: Catalogue,
): Promise<ClusterEngine> {
  const keyRules = await awaitKeyRules(cluster.journal, AbortSignal.any([hooks.drain, hooks.signal]));
  const spec = sourceSpecOf(options, { firstUrls: [], originUrls: [keyRules.root] });
  const source = connectSource(spec);
  const host = hostOf(cluster, keyRules, hooks, catalogue);
  const context = createContext(
    {
      ...cluster.queues,
      source,
      store: destination.store,
      journal: cluster.journal,
      ledger: cluster.ledger,
      keyRules,
      limits: defaultWalkLimits,
      external: options.external,
      existing: options.existing,
      sha256: options.sha256,
      dispatch: dispatchLimits,
      leaseMs: options.leaseMs,
      newGeneration: cluster.newGeneration,
      now: Date.now,
      random: Math.random,
    },
    hooks,
    { host, drain: hooks.drain },
  );
  return {
    context,
    source: spec,
    destination,
    close: () => source.close(),
  };
}

function hostOf(
  { journal, queues }: Cluster,
  { tokenParameters }: KeyRules,
  hooks: ClusterEngineHooks,
  catalogue: Catalogue | undefined,
): EngineHost {
  let haltedUntil = 0;
  const restMs = (): number => Math.max(0, haltedUntil - performance.now());
  return {
    async submissionOf(video) {
      const submission = await journal.submission(video);
      if (!submission) return undefined;
      const url = await urlInCatalogue(video, catalogue, hooks.signal);
      const isSame = url !== undefined && withoutTokens(new URL(url), tokenParameters).href === submission.playlistUrl;
      return isSame ? { ...submission, playlistUrl: url } : submission;
    },
    async admitCrawl({ fresh }) {
      if (restMs() > 0) return { againAfterMs: restMs() };
      const isFree = fresh || (await queues.batches.hasCapacity(maxWaitingBatches));
      return isFree ? undefined : { againAfterMs: jittered(await crawlPauseMs(queues), Math.random) };
    },
    outlastsOutages: true,
    // A process that copies crawls nothing.
    copiesFiles: false,
    admitBatch: () => (restMs() > 0 ? { againAfterMs: restMs() } : undefined),
    onRest: (video, record) => sendConclusion(video, record, queues),
    halt(failure) {
      haltedUntil = performance.now() + haltedMs;
      hooks.onHalt(failure);
    },
  };
}

async function crawlPauseMs({ crawls }: Cluster['queues']): Promise<number> {
  const waitingMs = ((await crawls.size()) / crawlsAskingPerSecond) * second;
  return Math.min(longestCrawlPauseMs, Math.max(second, waitingMs));
}

/** The journal keeps no token of a URL that a catalogue named; the catalogue may have a fresh one. */
async function urlInCatalogue(
  video: VideoId,
  catalogue: Catalogue | undefined,
  signal: AbortSignal,
): Promise<Submission['playlistUrl'] | undefined> {
  try {
    const row = await catalogue?.find?.(video, { signal });
    return row?.kind === 'video' ? row.submission.playlistUrl : undefined;
  } catch {
    // Away or changed: the URL without a token may do.
    return undefined;
  }
}

/** The rules of the library's keys: there are none before its first video is known. */
export async function awaitKeyRules(journal: Journal, signal: AbortSignal): Promise<KeyRules> {
  for (;;) {
    const rules = await readKeyRules(journal);
    if (rules) return rules;
    await sleep(keyRulesPauseMs, undefined, { signal });
  }
}
