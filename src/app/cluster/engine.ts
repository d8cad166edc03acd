import { setTimeout as sleep } from 'node:timers/promises';
import type { Cdn } from '../../cdn/cdn.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { ServiceOptions } from '../../config/service-options.ts';
import { createNameProbe } from '../../crawler/unstable-names.ts';
import { backoffMs, jittered } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { jobIdOf } from '../../domain/batch.ts';
import type { BatchJob } from '../../domain/batch.ts';
import type { KeyRules } from '../../domain/names/destination-key.ts';
import type { Failure } from '../../domain/failure.ts';
import { countOf } from '../../domain/index-ranges.ts';
import { second } from '../../domain/units.ts';
import { defaultWalkLimits } from '../../hls/walk.ts';
import type { Journal } from '../../journal/journal.ts';
import { createTokenFinder } from '../find-tokens.ts';
import { dispatchLimits, queueConclusion } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { openSource } from '../open/source.ts';
import type { SourceSpec } from '../connect.ts';
import type { Source } from '../../storage/source.ts';
import { createContext } from '../../engine/context.ts';
import { GrantCache } from '../../engine/grant-cache.ts';
import { LargeReadings } from '../../storage/large-readings.ts';
import type { EngineContext, EngineHooks, EngineHost } from '../../engine/context.ts';
import { readKeyRules } from '../../engine/key-rules.ts';
import type { OpenDestination } from '../open/destination.ts';
import type { ProcessLimits } from '../limits.ts';
import { spendingPauses } from './spending.ts';
import type { SpendingBatch } from './spending.ts';
import { sourceSpecOf } from '../source-spec.ts';

/** The source of a library, which the roles of a process share. */
export interface ClusterSource {
  readonly keyRules: KeyRules;
  /** By which threads and functions open it too. */
  readonly spec: SourceSpec;
  readonly source: Source;
  /** Absent: no role of this process copies files. */
  readonly grants?: GrantCache;
  readonly largeReadings: LargeReadings;
}

/** The engine of one role of a process. Its workers are started separately. */
export interface ClusterEngine {
  readonly context: EngineContext;
  readonly source: SourceSpec;
  readonly destination: OpenDestination;
}

/** Options of an engine in a cluster. */
type EngineOptions = Omit<ServiceOptions, 'limits'> & { readonly limits: ProcessLimits };

/** Callbacks of an engine in a cluster. */
export interface ClusterEngineHooks extends EngineHooks {
  /** A failure that concerns every video. Work pauses and is then tried again. */
  readonly onHalt: (failure: Failure) => void;
  /** The catalogue gives no answer to who asks for a video's tokens, or does again. `why` is for people. */
  readonly onCatalogue: (isThere: boolean, why: string) => void;
}

/**
 * Batches in the queue above which crawls are postponed, so that Redis holds the work in flight and not the whole
 * library.
 */
export const maxWaitingBatches = 256;
/** Rate at which postponed crawls are delivered again, over the whole cluster. */
const postponedCrawlsPerSecond = 50;
const longestCrawlPauseMs = 30 * second;

/** Pause after a failure that concerns every video. */
const haltPauseMs = 15 * second;
/** Polling intervals for the key rules. */
const keyRulesPauses: Backoff = { baseDelayMs: 25, maxDelayMs: second };

/** Opens the source of a library. Waits until it has its first video, which fixes the key rules. */
export async function openClusterSource(
  { journal }: Pick<Cluster, 'journal'>,
  options: EngineOptions,
  { copiesFiles, signal }: { readonly copiesFiles: boolean; readonly signal: AbortSignal },
): Promise<ClusterSource> {
  const keyRules = await awaitKeyRules(journal, signal);
  const namedUrls = options.catalogue.sources.flatMap((each) => (each.kind === 'playlist' ? [each.url] : []));
  const named = { originUrls: [keyRules.root], namedUrls };
  const spec = { ...(await sourceSpecOf(options, named)), limits: options.limits.source };
  return {
    keyRules,
    spec,
    source: openSource(spec),
    ...(copiesFiles ? { grants: new GrantCache() } : {}),
    largeReadings: new LargeReadings(),
  };
}

/**
 * Creates the engine over the ports of a cluster.
 *
 * @param beside.catalogue - looked up for URLs with fresh tokens. Without one, the URLs in the journal are used
 */
export function createClusterEngine(
  cluster: Cluster,
  { source, destination }: { readonly source: ClusterSource; readonly destination: OpenDestination },
  options: EngineOptions,
  hooks: ClusterEngineHooks,
  { catalogue, cdn }: { readonly catalogue?: Catalogue | undefined; readonly cdn?: Cdn | undefined },
): ClusterEngine {
  const { keyRules } = source;
  const host = hostOf(cluster, { source, patienceMs: options.patienceMs }, hooks, catalogue);
  const context = createContext(
    {
      ...cluster.queues,
      source: source.source,
      store: destination.store,
      ...(cdn ? { cdn } : {}),
      journal: cluster.journal,
      ledger: cluster.ledger,
      keyRules,
      limits: defaultWalkLimits,
      external: options.external,
      nameProbe: createNameProbe(),
      existing: options.existing,
      sha256: options.sha256,
      ...(options.headerPolicy ? { headerPolicy: options.headerPolicy } : {}),
      assumeEnded: options.assumeEnded,
      liveEveryMs: options.liveEveryMs,
      dispatch: dispatchLimits,
      leaseMs: options.leaseMs,
      newGeneration: cluster.newGeneration,
      now: Date.now,
      random: Math.random,
    },
    hooks,
    { host, drain: hooks.drain },
  );
  return { context, source: source.spec, destination };
}

function hostOf(
  { journal, queues, spending }: Cluster,
  {
    source: { keyRules, grants, largeReadings },
    patienceMs,
  }: { readonly source: ClusterSource; readonly patienceMs: number },
  hooks: ClusterEngineHooks,
  catalogue: Catalogue | undefined,
): EngineHost {
  let resumeAt = 0;
  const remainingHaltMs = (): number => Math.max(0, resumeAt - performance.now());
  return {
    submissionOf: (video) => journal.submission(video),
    withTokens: createTokenFinder(catalogue, {
      keyRules,
      onCatalogue: hooks.onCatalogue,
      now: () => performance.now(),
      signal: hooks.signal,
    }),
    async admitCrawl({ fresh }) {
      if (remainingHaltMs() > 0) return { againAfterMs: remainingHaltMs() };
      if (await spending.isSpent()) return { againAfterMs: jittered(spendingPauses.spentMs, Math.random) };
      const hasCapacity = fresh || (await queues.batches.hasCapacity(maxWaitingBatches));
      return hasCapacity ? undefined : { againAfterMs: jittered(await crawlPauseMs(queues), Math.random) };
    },
    outlastsSilence: true,
    ...(grants ? { grants } : {}),
    largeReadings,
    patience: {
      patienceMs,
      scopeOf: ({ video, generation }) => ({ name: `${video}/${generation}`, videos: [video], isAll: false }),
    },
    admitBatch: (job) =>
      remainingHaltMs() > 0 ? { againAfterMs: remainingHaltMs() } : spending.begin(spendingBatch(job)),
    onBatchEnd: (job, outcomes) => spending.ended(spendingBatch(job), outcomes),
    async onLive(video, { generation }, { nextLookAt: at }) {
      if (at === undefined) return undefined;
      const id = jobIdOf(video, generation, `look-${at}`);
      await queues.looks.add({
        id,
        data: { format: 1, video, at },
        priority: 0,
        delayMs: Math.max(0, at - Date.now()),
      });
      return undefined;
    },
    onIdle: (video, record) => queueConclusion(video, record, queues),
    halt(failure) {
      resumeAt = performance.now() + haltPauseMs;
      hooks.onHalt(failure);
    },
  };
}

function spendingBatch({ video, generation, id, files }: BatchJob): SpendingBatch {
  return { id: jobIdOf(video, generation, id), files: countOf(files) };
}

async function crawlPauseMs({ crawls }: Cluster['queues']): Promise<number> {
  const waitingMs = ((await crawls.size()) / postponedCrawlsPerSecond) * second;
  return Math.min(longestCrawlPauseMs, Math.max(second, waitingMs));
}

/** Waits until the library has key rules: there are none before its first video. */
export async function awaitKeyRules(journal: Journal, signal: AbortSignal): Promise<KeyRules> {
  for (let looks = 0; ; looks++) {
    const rules = await readKeyRules(journal);
    if (rules) return rules;
    await sleep(backoffMs(keyRulesPauses, looks), undefined, { signal });
  }
}
