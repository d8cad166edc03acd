import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32Hex } from '../../src/storage/checksum.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { CountedRequest } from '../servers/counting-proxy.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin, OriginOptions } from '../servers/origin.ts';
import { startVersitygw } from '../servers/versitygw.ts';
import { runFlants, startFlants } from './flants.ts';
import type { FlantsOptions, FlantsResult, RunningFlants } from './flants.ts';

/** Everything a copy needs, and everything it touches. */
export interface Stage {
  readonly origin: Origin;
  /** As the command names it. */
  readonly destination: string;
  /** A folder of this machine that holds the destination's objects as files, by their keys. */
  readonly objects: string;
  readonly stateDir: string;
  /** For further files of a test. */
  readonly scratch: string;
  /** Requests that reached the bucket; always empty where the destination is a folder. */
  readonly requests: readonly CountedRequest[];
  /** Keys that were written to since the start or the last `clear`, probes left out, one for each PUT. */
  puts(): readonly string[];
  /** Calls with each request to the bucket as it comes. */
  onRequest(listen: (request: CountedRequest) => void): void;
  /** Answers requests to the bucket with this status where the rule gives one. */
  answer(rule: (request: CountedRequest) => number | undefined): void;
  /** From now on the bucket's ETags come as weak ones, but in listings. */
  weakenEtags(): void;
  /** Forgets the requests so far. */
  clear(): void;
  /** Arguments of a copy of this path of the origin, or of this catalogue file. */
  copyArgs(source: string, ...flags: readonly string[]): readonly string[];
  /** The environment in which commands find the destination. */
  readonly env: Readonly<Record<string, string>>;
  copy(source: string, ...flags: readonly string[]): Promise<FlantsResult>;
  start(args: readonly string[]): RunningFlants;
  /** Another verb, on the same state. */
  run(verb: string, ...words: readonly string[]): Promise<FlantsResult>;
  /** Puts something at the destination that no copy of ours did. */
  place(key: string, bytes: Uint8Array): Promise<void>;
  /** What stands under a key; undefined where nothing does. */
  object(key: string): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** What a stage begins with. */
export interface StageOptions extends Pick<OriginOptions, 'files' | 'rule'> {
  readonly destination: 'versitygw' | 'folder';
  /** Put before the other files. */
  readonly library?: SyntheticShape;
  /** The limit of open files of its commands. */
  readonly openFiles?: number;
}

/** Whether tests that can be long or large are so. */
export const full = process.env['FLANTS_TEST_FULL'] === '1';

/** For tests of several commands each: they start slowly on a busy machine. */
export const patient = { timeout: 120_000 };

const prefix = 'vod';

/** Sets up an origin, an empty destination and a place for the state, all of them in a fresh temporary folder. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const scratch = await mkdtemp(join(tmpdir(), 'flants-e2e-'));
  const origin = await startOrigin(options.rule ? { rule: options.rule } : {});
  if (options.library) for (const { path, body } of syntheticFiles(options.library)) origin.put(path, body);
  for (const [path, body] of Object.entries(options.files ?? {})) origin.put(path, body);

  const bucket = options.destination === 'versitygw' ? await openBucket() : undefined;
  const destination = bucket?.destination ?? join(scratch, 'destination');
  const objects = bucket ? join(bucket.folder, prefix) : destination;
  await mkdir(objects, { recursive: true });
  const stateDir = join(scratch, 'state');
  const circumstances: FlantsOptions = {
    env: { HOME: scratch, ...bucket?.env },
    ...(options.openFiles === undefined ? {} : { openFiles: options.openFiles }),
  };
  const copyArgs: Stage['copyArgs'] = (source, ...flags) => {
    const name = source.startsWith('/') && source.includes('.m3u8') ? `${origin.url}${source}` : source;
    return ['copy', name, destination, '--state', stateDir, '--no-progress', ...flags];
  };
  return {
    origin,
    destination,
    objects,
    stateDir,
    scratch,
    requests: bucket?.proxy.requests ?? [],
    puts: () => (bucket ? putsOf(bucket.proxy.requests, bucket.root) : []),
    onRequest: (listen) => bucket?.proxy.onRequest(listen),
    answer: (rule) => bucket?.proxy.answer(rule),
    weakenEtags: () => bucket?.proxy.weakenEtags(),
    clear: () => bucket?.proxy.clear(),
    copyArgs,
    env: circumstances.env ?? {},
    copy: (source, ...flags) => runFlants(copyArgs(source, ...flags), circumstances),
    start: (args) => startFlants(args, circumstances),
    run: (verb, ...words) => runFlants([verb, ...words, '--state', stateDir], circumstances),
    place: bucket?.place ?? ((key, bytes) => placeFile(join(objects, key), bytes)),
    object: (key) => readFile(join(objects, key)).catch(() => undefined),
    close: async () => {
      await Promise.all([origin.stop(), bucket?.stop()]);
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** versitygw behind a proxy that counts. */
async function openBucket() {
  const server = await startVersitygw();
  const proxy = await startCountingProxy(server.endpoint);
  const store = openS3At(server, prefix);
  const { signal } = new AbortController();
  return {
    proxy,
    place: async (key: string, bytes: Uint8Array): Promise<void> => {
      await store.put(key, bytes, crc32Hex(bytes), {
        contentType: 'application/octet-stream',
        cacheControl: 'no-store',
        signal,
      });
    },
    folder: server.folder,
    destination: `s3://${server.bucket}/${prefix}`,
    root: `/${server.bucket}/${prefix}/`,
    env: {
      FLANTS_ENDPOINT: proxy.endpoint,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    },
    stop: async (): Promise<void> => {
      await store.close();
      await proxy.stop();
      await server.stop();
    },
  };
}

async function placeFile(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** The probe asks the store what it guards, with an object of its own. */
function putsOf(requests: readonly CountedRequest[], root: string): readonly string[] {
  const keys = requests.filter(({ method }) => method === 'PUT').map(({ path }) => path.slice(root.length));
  return keys.filter((key) => !key.startsWith('.flants-probe'));
}

/** Paths of the origin whose bytes do not stand at the destination; none after a good copy of an unchanged playlist. */
export async function differing(
  stage: Stage,
  files: Iterable<{ readonly path: string; readonly body: Uint8Array }>,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const { path, body } of files) {
    const found = await stage.object(path.slice(1));
    if (!found?.equals(body)) wrong.push(path);
  }
  return wrong;
}
