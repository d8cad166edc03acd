import { randomUUID } from 'node:crypto';
import type { Waiting } from '../../src/engine/patience.ts';
import { minute } from '../../src/domain/units.ts';
import { startEngine } from '../../src/engine/engine.ts';
import type { RunParts } from '../../src/engine/engine.ts';
import type { BatchJob } from '../../src/domain/batch.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { VideoJob } from '../../src/domain/video-job.ts';
import type { Submission, VideoState } from '../../src/domain/video.ts';
import type { Executor } from '../../src/executor/executor.ts';
import { defaultWalkLimits } from '../../src/hls/walk.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { MemoryQueue } from '../../src/queue/memory-queue.ts';
import { submit } from '../../src/scanner/scan.ts';
import { crc32Hex } from '../../src/storage/checksum.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import type { MemoryEntry, MemorySource } from '../../src/storage/memory-source.ts';
import { openMemoryStore } from '../../src/storage/memory-store.ts';
import type { MemoryStore } from '../../src/storage/memory-store.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { inlineExecutor } from './inline-executor.ts';

export const home = 'https://cdn.example';

/** A library that is copied in this process, over memory adapters: the engine itself is the real one. */
export interface Library {
  readonly source: MemorySource;
  readonly store: MemoryStore;
  readonly journal: MemoryJournal;
  readonly ledger: MemoryLedger;
  /** Runs until every video rests. What stands between engine and store may be given. */
  copy(options?: CopyOptions): Promise<Run>;
}

export interface CopyOptions {
  readonly patienceMs?: number;
  readonly recheck?: boolean;
  readonly overwrite?: boolean;
  readonly videos?: readonly string[];
  readonly between?: (store: ObjectStore) => ObjectStore;
  readonly drain?: AbortSignal;
  readonly executor?: (usual: Executor) => Executor;
  /** The shortest delays that the real limits allow, if nothing else is said. */
  readonly random?: () => number;
  /** What somebody does to a video between its submission and its crawl. */
  readonly meanwhile?: (video: string) => Promise<unknown>;
}

export interface Run {
  readonly states: Readonly<Record<string, VideoState>>;
  readonly failures: readonly Failure[];
  readonly outcomes: readonly Outcome[];
  readonly warnings: readonly string[];
  readonly waiting: readonly Waiting[];
  readonly halted: Failure | undefined;
}

/** Playlists and segments of `count` segments each, for videos at `/<id>/index.m3u8`. */
export function videoFiles(id: string, count: number, prefix = 'seg'): Record<string, MemoryEntry> {
  const names = Array.from({ length: count }, (_, index) => `${prefix}${index}.ts`);
  return {
    [`${home}/${id}/index.m3u8`]: { bytes: mediaPlaylist(names), contentType: 'application/vnd.apple.mpegurl' },
    ...Object.fromEntries(names.map((name) => [`${home}/${id}/${name}`, { bytes: `media of ${id}/${name}` }])),
  };
}

/** The keys of those segments, at a library's home. */
export function segmentKeys(id: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${id}/seg${index}.ts`);
}

export function mediaPlaylist(names: readonly string[]): string {
  const segments = names.map((name) => `#EXTINF:2,\n${name}\n`).join('');
  return `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${segments}#EXT-X-ENDLIST\n`;
}

export function openLibrary(objects: Readonly<Record<string, MemoryEntry>>): Library {
  const source = openMemorySource(objects);
  const store = openMemoryStore();
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();

  const copy = async (options: CopyOptions = {}): Promise<Run> => {
    const guarded = options.between?.(store) ?? store;
    const states: Record<string, VideoState> = {};
    const failures: Failure[] = [];
    const outcomes: Outcome[] = [];
    const warnings: string[] = [];
    const waiting: Waiting[] = [];
    const usual = inlineExecutor(source, guarded);
    const queues = {
      crawls: new MemoryQueue<VideoJob>(),
      batches: new MemoryQueue<BatchJob>(),
      publications: new MemoryQueue<VideoJob>(),
    };
    const parts: RunParts = {
      source,
      store: guarded,
      journal,
      ledger,
      executor: options.executor?.(usual) ?? usual,
      keyRules: { root: home, tokenParameters: ['token'] },
      limits: defaultWalkLimits,
      ...queues,
      patienceMs: options.patienceMs ?? 10 * minute,
      hasten: () => Object.values(queues).forEach((queue) => queue.hasten()),
      external: 'refuse',
      existing: options.overwrite ? 'overwrite' : 'verify',
      sha256: false,
      newGeneration: randomUUID,
      now: Date.now,
      random: options.random ?? (() => 0),
    };
    const never = new AbortController().signal;
    const engine = startEngine(parts, {
      drain: options.drain ?? never,
      signal: never,
      onOutcome: (_video, outcome) => outcomes.push(outcome),
      onFailures: () => {},
      onPostponed: () => {},
      onPlanned: async () => {},
      onState: (video, state, failure) => {
        states[video] = state;
        if (failure) failures.push(failure);
      },
      onWaiting: (each) => void waiting.push(each),
      onWarning: (_video, warning) => warnings.push(warning),
    });
    await ledger.releaseAll();
    for (const video of options.videos ?? videosOf(source)) {
      const submission: Submission = { id: video, playlistUrl: `${home}/${video}/index.m3u8` };
      await submit(submission, parts);
      await options.meanwhile?.(video);
      await engine.crawl(video, { recheck: options.recheck ?? false });
    }
    await engine.idle();
    await engine.stop();
    return { states, failures, outcomes, warnings, waiting, halted: engine.halted() };
  };
  return { source, store, journal, ledger, copy };
}

function videosOf(source: MemorySource): readonly string[] {
  return [...source.objects.keys()].flatMap(
    (url) => /^https:\/\/cdn\.example\/([^/]+)\/index\.m3u8$/.exec(url)?.[1] ?? [],
  );
}

/** What stands at a key of the destination. */
export function textOf(library: Library, key: string): string | undefined {
  const found = library.store.objects.get(key);
  return found && Buffer.from(found.body).toString();
}

/** Puts something there behind the engine's back. */
export async function plant({ store }: Library, key: string, text: string): Promise<void> {
  const body = Buffer.from(text);
  const options = { contentType: '', cacheControl: '', signal: new AbortController().signal };
  await store.put(key, body, crc32Hex(body), options);
}
