import { concludeVideo } from '../../src/aggregator/conclude-video.ts';
import { createReconciler } from '../../src/aggregator/reconcile.ts';
import type { Reconciler } from '../../src/aggregator/reconcile.ts';
import { createControl } from '../../src/control/control.ts';
import type { Control } from '../../src/control/control.ts';
import { jobIdOf } from '../../src/domain/batch.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import { stateOf } from '../../src/domain/video.ts';
import type { VideoId } from '../../src/domain/video.ts';
import { createContext } from '../../src/engine/context.ts';
import type { EngineContext } from '../../src/engine/context.ts';
import { startCrawlers, startPublishers, startTransfers } from '../../src/engine/workers.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { restoreVideo } from '../../src/journal/restore.ts';
import { recordOf } from '../../src/journal/tally.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { admitVideos } from '../../src/scanner/admission.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import { home, mediaPlaylist, videoFiles } from './harness.ts';
import { inlineExecutor } from './inline-executor.ts';

/** Journal and ledger, as one process sees them. */
export interface Ports {
  readonly journal: Journal;
  readonly ledger: Ledger;
}

/** Where work waits. */
export type Stage = 'crawls' | 'batches' | 'publications' | 'conclusions';

const allStages: readonly Stage[] = ['crawls', 'batches', 'publications', 'conclusions'];
const queueOf = { crawl: 'crawls', batch: 'batches', publish: 'publications' } as const;

export const video: VideoId = 'a';
export const playlistUrl = `${home}/${video}/index.m3u8`;

const never = new AbortController().signal;
const tokenRules = { tokenParameters: ['token'] };
/** Longer than any test: leases end because somebody ends them. */
const leaseMs = 1e9;
/** More than any video of a test needs. */
const maxTurns = 2_000;

/** A cluster with one video of three files, over memory adapters. Nothing happens in it by itself. */
export class OneVideo {
  readonly source = openMemorySource(videoFiles(video, 3));
  readonly store = openMemoryStore();
  readonly ports: Ports = { journal: new MemoryJournal(), ledger: new MemoryLedger() };
  readonly #queues = {
    crawls: new MemoryQueue<VideoJob>(),
    batches: new MemoryQueue<BatchJob>(),
    publications: new MemoryQueue<VideoJob>(),
    conclusions: new MemoryQueue<VideoId>(),
  };
  #ids = 0;
  #clock = Date.parse('2026-11-01T00:00:00Z');

  readonly #newGeneration = (): string => `${++this.#ids}`.padStart(13, '0');
  readonly #now = (): number => ++this.#clock;
  /** It knows suspects from one pass to the next. */
  readonly #reconciler = this.#reconcilerOver(this.ports);

  /** A catalogue names it. */
  async list(): Promise<void> {
    const submission = { id: video, playlistUrl };
    await this.ports.journal.decide({ type: 'submitted', video, at: '2026-10-01T00:00:00.000Z', submission });
  }

  /** Its source gets another playlist, with one file more. */
  change(): void {
    const names = ['seg0.ts', 'seg1.ts', 'seg2.ts', 'seg3.ts'];
    this.put('index.m3u8', mediaPlaylist(names));
    this.put('seg3.ts', 'media of a/seg3.ts');
  }

  put(name: string, bytes: string): void {
    this.source.objects.set(`${home}/${video}/${name}`, { bytes });
  }

  take(name: string): void {
    this.source.objects.delete(`${home}/${video}/${name}`);
  }

  control(ports: Ports): Control {
    const { takeNextStep, sendCrawl } = this.#engineOver(ports);
    return createControl({
      ...ports,
      newGeneration: this.#newGeneration,
      now: this.#now,
      destination: 's3://bucket/vod',
      tokenRules: async () => tokenRules,
      idOf: () => video,
      takeNextStep,
      crawl: (of) => sendCrawl(of, { recheck: false }),
    });
  }

  /** Announces it, and lets go of it once it is published. */
  conclude({ journal, ledger }: Ports): Promise<void> {
    return concludeVideo(video, {
      journal,
      ledger,
      tokenRules,
      now: this.#now,
      random: () => 0,
      retryEveryMs: 1e12,
      announce: async () => {},
    });
  }

  async reconcile(ports: Ports): Promise<void> {
    await this.#reconcilerOver(ports).run(never);
  }

  async admit(ports: Ports): Promise<void> {
    const { takeNextStep } = this.#engineOver(ports);
    await admitVideos(
      {},
      { ...ports, newGeneration: this.#newGeneration, takeNextStep, hasCapacity: async () => true },
      never,
    );
  }

  /** Looks for changes of what is published. */
  async delta({ journal, ledger }: Ports): Promise<void> {
    const { sendCrawl } = this.#engineOver({ journal, ledger });
    for await (const published of journal.published()) {
      const record = await restoreVideo(published, { journal, ledger, newGeneration: this.#newGeneration });
      if (record && !record.hold) await sendCrawl(published, { recheck: false });
    }
  }

  /** The ledger is lost, as with the memory of Redis. */
  async wipe(): Promise<void> {
    const { ledger } = this.ports;
    await ledger.releaseAll();
    const record = await ledger.read(video);
    if (record) await ledger.retire(video, record.generation);
  }

  /** Works off what waits in some stages, and what comes of it there. */
  async work(ports: Ports, stages: readonly Stage[] = allStages): Promise<void> {
    const context = this.#engineOver(ports);
    const start = {
      crawls: () => startCrawlers(context),
      batches: () => startTransfers(context, inlineExecutor(this.source, this.store)),
      publications: () => startPublishers(context),
      conclusions: () =>
        this.#queues.conclusions.work(
          async () => {
            await this.conclude(ports);
            return { result: 'done' };
          },
          { concurrency: 1, onError: () => {} },
        ),
    };
    const workers = stages.map((stage) => start[stage]());
    const isIdle = async (): Promise<boolean> => {
      for (const stage of stages) if ((await this.#queues[stage].size()) > 0) return false;
      return true;
    };
    for (let turn = 0; !(await isIdle()); turn++) {
      if (turn > maxTurns) throw new Error('it never ends');
      for (const stage of stages) this.#queues[stage].hasten();
      await new Promise(setImmediate);
    }
    await Promise.all(workers.map((each) => each.stop()));
  }

  /** Lets all services go on until there is nothing left to do, except look for changes. Lost jobs are found by the second pass. */
  async settle(): Promise<void> {
    for (let pass = 0; pass < 2; pass++) {
      await this.admit(this.ports);
      await this.#reconciler.run(never);
      await this.work(this.ports);
    }
  }

  /** How it stands, in one line. */
  async summary(): Promise<string> {
    const standing = this.store.objects.get(`${video}/index.m3u8`)?.body;
    const { bytes } = this.source.objects.get(playlistUrl) as { readonly bytes: string };
    const playlist =
      standing === undefined ? 'no' : Buffer.from(standing).equals(Buffer.from(bytes)) ? 'the' : 'an old';
    const record = await recordOf(video, this.ports);
    if (!record) return `unknown, with ${playlist} playlist`;
    const { total, done, failed, accepted, fresh = false } = record;
    const files = `${done} of ${total} files, ${failed} failed, ${accepted} accepted`;
    return `${stateOf(record)}${fresh ? ' and fresh' : ''}, with ${files} and ${playlist} playlist`;
  }

  #reconcilerOver({ journal, ledger }: Ports): Reconciler {
    const { takeNextStep, sendCrawl } = this.#engineOver({ journal, ledger });
    return createReconciler({
      ledger,
      isQueued: (of, { kind, generation, id }) => this.#queues[queueOf[kind]].has(jobIdOf(of, generation, id)),
      takeNextStep,
      lookAgain: async (of) => void (await sendCrawl(of, { recheck: false })),
      hasReturned: () => false,
      now: this.#now,
      leaseMs,
      onVideo: () => {},
    });
  }

  /** The engine of a process of its own. */
  #engineOver(ports: Ports): EngineContext {
    const { conclusions, ...queues } = this.#queues;
    return createContext(
      {
        ...ports,
        ...queues,
        source: this.source,
        store: this.store,
        keyRules: { root: home, ...tokenRules },
        limits: defaultWalkLimits,
        external: 'refuse',
        existing: 'verify',
        sha256: false,
        dispatch: { maxFiles: 2, maxBatchesOfVideo: 16, lanes: 2 },
        leaseMs,
        newGeneration: this.#newGeneration,
        now: this.#now,
        random: () => 0,
      },
      {
        drain: never,
        signal: never,
        onOutcome: () => {},
        onFailures: () => {},
        onPostponed: () => {},
        onPlanned: async () => {},
        onWaiting: () => {},
        onWarning: () => {},
      },
      {
        drain: never,
        host: {
          submissionOf: (of) => ports.journal.submission(of),
          withTokens: async (submission) => submission,
          admitCrawl: async () => undefined,
          outlastsSilence: true,
          admitBatch: () => undefined,
          patience: { patienceMs: 1_000, scopeOf: () => ({ name: video, videos: [video], isAll: false }) },
          onLive: async () => undefined,
          onIdle: (of) => conclusions.add({ id: this.#newGeneration(), data: of, priority: 0 }),
          halt: (failure) => {
            throw new Error(`halted: ${failure.message}`);
          },
        },
      },
    );
  }
}

const iterated: readonly PropertyKey[] = ['videos', 'decisions', 'submissions', 'unpublished', 'published'];

/**
 * The same ports, with something that happens as a whole before their n-th call.
 *
 * @returns also how often they were called so far
 */
export function interrupted(
  { journal, ledger }: Ports,
  at: number,
  happen: () => Promise<unknown>,
): { readonly ports: Ports; readonly calls: () => number } {
  let calls = 0;
  const turn = async (): Promise<void> => {
    if (calls++ === at) await happen();
  };
  const around = <T extends object>(real: T): T =>
    new Proxy(real, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (!iterated.includes(name)) {
          return async (...given: unknown[]): Promise<unknown> => {
            await turn();
            return Reflect.apply(value, target, given);
          };
        }
        return async function* (...given: unknown[]): AsyncGenerator {
          await turn();
          yield* Reflect.apply(value, target, given) as AsyncIterable<unknown>;
        };
      },
    });
  return { ports: { journal: around(journal), ledger: around(ledger) }, calls: () => calls };
}
