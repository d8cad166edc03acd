import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openControl } from '../../src/app/control.ts';
import { readEnvironment } from '../../src/config/input/environment.ts';
import { loadStatusOptions } from '../../src/config/state-options.ts';
import type { Role } from '../../src/config/service-options.ts';
import type { LibraryStatus } from '../../src/domain/report/library-status.ts';
import { runFlants, startFlants } from '../e2e/flants.ts';
import type { FlantsResult, RunningFlants } from '../e2e/flants.ts';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountedRequest } from '../servers/counting-proxy.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin, OriginOptions } from '../servers/origin.ts';
import { startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { startVersitygw } from '../servers/versitygw.ts';

/** What a cluster needs, and all that it touches. */
export interface ClusterStage {
  readonly origin: Origin;
  readonly redis: RedisServer;
  /** The store itself, past the proxy that counts. */
  readonly server: S3Server;
  /** The environment in which a command finds the cluster. */
  readonly env: Readonly<Record<string, string>>;
  readonly destination: string;
  /** A folder of this machine that holds the destination's objects as files, by their keys. */
  readonly objects: string;
  /** The same of the journal. */
  readonly journal: string;
  readonly scratch: string;
  /** A catalogue file of the library; may be written anew. */
  readonly catalogue: string;
  /** Requests that reached the bucket. */
  readonly requests: readonly CountedRequest[];
  /** Keys of the destination that were written to, one for each PUT, probes left out. */
  puts(): readonly string[];
  clear(): void;
  onRequest(listen: (request: CountedRequest) => void): void;
  /** The store answers with this status where the rule gives one. */
  answer(rule: (request: CountedRequest) => number | undefined): void;
  /** Starts a role, or all of them. */
  start(verb: Role | 'up', ...flags: readonly string[]): RunningFlants;
  /** Runs a verb on the cluster. */
  run(verb: string, ...words: readonly string[]): Promise<FlantsResult>;
  status(): Promise<LibraryStatus>;
  /** Waits until the status is as it should be, looking a few times a second. */
  until(isSo: (status: LibraryStatus) => boolean, timeoutMs?: number): Promise<LibraryStatus>;
  object(key: string): Promise<Buffer | undefined>;
  /** Ends what was started, and the servers. */
  close(): Promise<void>;
}

const lookEveryMs = 300;
/** Of what each command said, in the message of a test that failed, in characters. */
const maxSaid = 4_000;
const never = new AbortController().signal;

/** Clocks of a cluster that is watched while it works. */
export const quickly: readonly string[] = ['--reconcile-every', '1s', '--recover-every', '3s', '--lease', '10s'];

/** What is different from an ordinary stage. */
export interface ClusterStageOptions extends Pick<OriginOptions, 'rule'> {
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** Redis wants it, and listens on the loopback. */
  readonly redisPassword?: string;
}

/** Sets up Redis, an origin with a library, and an empty bucket with room for destination and journal. */
export async function openClusterStage(
  library?: SyntheticShape,
  { env: further = {}, redisPassword, ...originOptions }: ClusterStageOptions = {},
): Promise<ClusterStage> {
  const scratch = await mkdtemp(join(tmpdir(), 'flants-cluster-'));
  const [origin, server, redis] = await Promise.all([
    startOrigin(originOptions),
    startVersitygw(),
    startRedis({ appendonly: true, ...(redisPassword === undefined ? {} : { tcp: { password: redisPassword } }) }),
  ]);
  const proxy = await startCountingProxy(server.endpoint);
  const catalogue = join(scratch, 'videos.ndjson');
  if (library) {
    for (const { path, body } of syntheticFiles(library)) origin.put(path, body);
    await writeFile(catalogue, syntheticCatalogue(library, origin.url));
  }
  const destination = `s3://${server.bucket}/vod`;
  const env = {
    ...further,
    HOME: scratch,
    FLANTS_ENDPOINT: proxy.endpoint,
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    FLANTS_REDIS: redis.url,
    FLANTS_JOURNAL: `s3://${server.bucket}/journal`,
  };
  const run: ClusterStage['run'] = (verb, ...words) => runFlants([verb, destination, ...words], { env });
  // As the command, but in this process: it is asked so often that starting one each time would cost half of a test.
  const takeBack = lendEnvironment({
    AWS_ACCESS_KEY_ID: server.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  });
  const status: ClusterStage['status'] = async () => {
    const input = { words: [destination], flags: {}, environment: readEnvironment(env), cwd: scratch };
    const { place } = await loadStatusOptions(input);
    const opened = await openControl(place, { signal: never, onWarning: () => {}, readOnly: true });
    try {
      return await opened.control.status();
    } finally {
      await opened.close();
    }
  };
  const root = `/${server.bucket}/vod/`;
  const commands: RunningFlants[] = [];
  return {
    origin,
    redis,
    server,
    env,
    destination,
    objects: join(server.folder, 'vod'),
    journal: join(server.folder, 'journal'),
    scratch,
    catalogue,
    requests: proxy.requests,
    puts: () =>
      proxy.requests
        .filter(({ method, path }) => method === 'PUT' && path.startsWith(root))
        .map(({ path }) => path.slice(root.length))
        .filter((key) => !key.startsWith('.flants-probe')),
    clear: () => proxy.clear(),
    onRequest: (listen) => proxy.onRequest(listen),
    answer: (rule) => proxy.answer(rule),
    start(verb, ...flags) {
      const isReader = verb === 'up' || verb === 'scanner';
      const listen = ['--listen', '127.0.0.1:0'];
      const words = [verb, ...(isReader ? [catalogue] : []), destination, ...listen, ...quickly, ...flags];
      const command = startFlants(words, { env });
      commands.push(command);
      return command;
    },
    run,
    status,
    async until(isSo, timeoutMs = 60_000) {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const seen = await status();
        if (isSo(seen)) return seen;
        if (performance.now() > end) {
          throw new Error([`it never came to that: ${JSON.stringify(seen)}`, ...commands.map(endOf)].join('\n'));
        }
        await sleep(lookEveryMs);
      }
    },
    object: (key) => readFile(join(server.folder, 'vod', key)).catch(() => undefined),
    close: async () => {
      takeBack();
      for (const command of commands) command.kill('SIGKILL');
      await Promise.all(commands.map(({ ended }) => ended));
      await Promise.all([origin.stop(), proxy.stop(), redis.stop()]);
      await server.stop();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

/** What a command said last. */
function endOf(command: RunningFlants): string {
  return `process ${command.pid}: ${command.said().slice(-maxSaid)}`;
}

/** Sets variables of this process's environment. @returns what restores them */
function lendEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
