import { readFile } from 'node:fs/promises';
import { join as pathOf } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { concludeVideo } from '../../src/aggregator/conclude-video.ts';
import { openQueues } from '../../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../../src/app/cluster/queues.ts';
import type { Control } from '../../src/control/control.ts';
import { second } from '../../src/domain/units.ts';
import { stateOf } from '../../src/domain/video.ts';
import type { VideoId, VideoRecord, VideoState } from '../../src/domain/video.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import { submit } from '../../src/scanner/scan.ts';
import { guardWrites } from '../../src/storage/guard.ts';
import { openMemorySource } from '../../src/storage/memory-source.ts';
import type { MemoryEntry, MemorySource } from '../../src/storage/memory-source.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { probeStore } from '../../src/storage/probe/capabilities.ts';
import { home } from '../engine/harness.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startProcess } from './process.ts';
import type { ClusterProcess, ProcessOptions, Servers, Work } from './process.ts';
import { createGate, exchange } from './gate.ts';
import type { Gate } from './gate.ts';

/** A PUT that the destination answered. */
export interface SeenPut {
  /** Name of the process that sent it. */
  readonly by: string;
  readonly key: string;
  readonly result: 'stored' | 'precondition-failed';
}

/** A library that is moved by a cluster in this process: real Redis and S3, a source of the test's own. */
export interface ClusterLibrary {
  readonly servers: Servers;
  /** Sets it apart from all others on the same servers. */
  readonly name: string;
  readonly source: MemorySource;
  /** The destination and the cluster's ports, as somebody sees them who does no work. */
  readonly store: ObjectStore;
  readonly journal: Journal;
  readonly ledger: Ledger;
  readonly queues: ClusterQueues;
  readonly control: Control;
  /** PUTs at the destination, in the order of their answers. */
  readonly puts: SeenPut[];
  /** Starts a process that does this work. */
  join(name: string, works: readonly Work[], options?: ProcessOptions): ClusterProcess;
  /** Makes a video known, and has it crawled. */
  submit(video: VideoId): Promise<void>;
  /** Has a known video crawled. */
  crawl(video: VideoId, options?: { readonly recheck: boolean }): Promise<unknown>;
  /** Concludes a published video, as the aggregator does: the ledger lets go of it. */
  retire(video: VideoId): Promise<void>;
  /** A gate that is opened at the latest when the library is closed. */
  gate(): Gate;
  /** Waits until something is so, looking often; fails when it never is. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>;
  /** Waits until a video is in this state, whatever is claimed or queued of it. */
  becomes(video: VideoId, state: VideoState): Promise<VideoRecord>;
  /** Waits until a video is in this state, and nothing of it is claimed or queued any more. */
  rests(video: VideoId, state: VideoState): Promise<VideoRecord>;
  /** Text of an object of the destination; undefined where nothing stands. */
  object(key: string): Promise<string | undefined>;
  /** Keys that were stored by PUTs, in alphabetical order, playlists left out. */
  mediaStored(): readonly string[];
  /** Stops all processes. A second call does nothing. */
  close(): Promise<void>;
}

const { signal } = new AbortController();
const patienceMs = 45 * second;
const lookEveryMs = 15;

let libraries = 0;

/** Opens an empty library over running servers, apart from all others there. */
export async function openClusterLibrary(
  servers: Servers,
  objects: Readonly<Record<string, MemoryEntry>>,
): Promise<ClusterLibrary> {
  const { redis, s3 } = servers;
  const name = `library-${(libraries += 1)}`;
  const source = openMemorySource(objects);
  const puts: SeenPut[] = [];
  const processes: ClusterProcess[] = [];
  const gates: Gate[] = [];
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);

  const bare = openS3At(s3, `${name}/vod`);
  const capabilities = await probeStore(bare, { signal });
  await bare.close();
  const storeOf = (by: string): ObjectStore => {
    const s3Store = openS3At(s3, `${name}/vod`);
    const put: ObjectStore['put'] = async (key, body, crc32, options) => {
      const { result, ...more } = await s3Store.put(key, body, crc32, options);
      puts.push({ by, key, result });
      return { result, ...more } as Awaited<ReturnType<ObjectStore['put']>>;
    };
    return guardWrites(exchange(s3Store, { put }), capabilities);
  };

  const join = (by: string, works: readonly Work[], options: ProcessOptions = {}): ClusterProcess => {
    const process = startProcess(
      { by, name, works, servers, source, capabilities, store: storeOf(by), dead: over.promise },
      options,
    );
    processes.push(process);
    return process;
  };

  const observer = join('observer', []);
  const { ledger, journal, store } = observer.context.parts;
  const connection = connectRedis(redis, () => undefined);
  const queues = openQueues(connection, name, () => undefined);

  let closed: Promise<void> | undefined;
  const until: ClusterLibrary['until'] = async (what, isSo) => {
    for (const end = performance.now() + patienceMs; !(await isSo());) {
      if (performance.now() > end) throw new Error(`never came: ${what}`);
      await sleep(lookEveryMs);
    }
  };
  const waitFor = async (video: VideoId, state: VideoState, isSo: () => Promise<boolean>): Promise<VideoRecord> => {
    let seen: VideoRecord | undefined;
    const look = async (): Promise<boolean> => {
      seen = await ledger.read(video);
      return seen !== undefined && stateOf(seen) === state && (await isSo());
    };
    await until(`${video} ${state}`, look).catch((cause: unknown) => {
      throw new Error(`${video} is not ${state}: ${JSON.stringify(seen)}`, { cause });
    });
    return seen as VideoRecord;
  };
  const crawl: ClusterLibrary['crawl'] = (video, options = { recheck: false }) =>
    observer.context.sendCrawl(video, options);

  return {
    servers,
    name,
    source,
    store,
    journal,
    ledger,
    queues,
    control: observer.control,
    puts,
    join,
    async submit(video) {
      await submit({ id: video, playlistUrl: `${home}/${video}/index.m3u8` }, observer.context.parts);
      await crawl(video);
    },
    crawl,
    async retire(video) {
      const announce = (): Promise<void> => Promise.resolve();
      await concludeVideo(video, {
        journal,
        ledger,
        tokenRules: { tokenParameters: [] },
        now: Date.now,
        random: Math.random,
        retryEveryMs: 3_600_000,
        announce,
      });
      if (await ledger.read(video)) throw new Error(`the ledger keeps ${video}`);
    },
    gate() {
      const gate = createGate();
      gates.push(gate);
      return gate;
    },
    until,
    becomes: (video, state) => waitFor(video, state, () => Promise.resolve(true)),
    rests: (video, state) =>
      waitFor(video, state, async () => {
        const isClaimed = (await ledger.leases(video)).length > 0;
        return !isClaimed && Object.values(await queues.sizes()).every((size) => size === 0);
      }),
    object: (key) => readFile(pathOf(s3.folder, name, 'vod', key), 'utf8').catch(() => undefined),
    mediaStored: () =>
      puts.flatMap(({ key, result }) => (result === 'stored' && !key.endsWith('.m3u8') ? [key] : [])).toSorted(),
    close() {
      closed ??= (async () => {
        for (const gate of gates) gate.open();
        over.reject(new Error('the library was closed'));
        await Promise.all(processes.map((each) => each.stop()));
        await queues.close();
        connection.disconnect();
      })();
      return closed;
    },
  };
}
