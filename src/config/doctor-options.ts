import type { CommandInput } from './input/command-input.ts';
import { mergeInput } from './input/command-input.ts';
import { defaultRedisUrl, readClusterPlace } from './cluster-place.ts';
import type { RedisPlace } from './cluster-place.ts';
import { readLambdaOptions } from './lambda-options.ts';
import type { LambdaOptions } from './lambda-options.ts';
import { apiSourcesOf } from './api-options.ts';
import { readCertificates, readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import { mongoOptionsOf } from './catalogue-options.ts';
import type { CatalogueOptions } from './catalogue-options.ts';
import { parseClusterSource } from './values/cluster-source.ts';
import type { ClusterSource } from './values/cluster-source.ts';
import { localPath, parseDestination } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { stateDirOf, stateHomeOf } from './values/state-dir.ts';

/** Options of `doctor`, checked and frozen. What is absent is not looked at. */
export interface DoctorOptions extends NetworkOptions {
  readonly sources: readonly ClusterSource[];
  readonly mongo: CatalogueOptions['mongo'];
  readonly destination?: Destination;
  /** The state of the destination, or the folder of all states. */
  readonly stateDir: string;
  readonly redis?: RedisPlace;
  readonly journal?: Destination;
  readonly lambda?: LambdaOptions;
  readonly concurrency?: number;
  readonly json: boolean;
}

/**
 * Loads the options of `doctor`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadDoctorOptions(input: CommandInput): Promise<DoctorOptions> {
  const { cwd, environment, words } = input;
  const parsed = await mergeInput('doctor', input);
  const destination = destinationIn(words, cwd);
  const sourceTexts = [...(destination ? words.slice(0, -1) : words), ...parsed.catalogue];
  const lambda = await readLambdaOptions(parsed, { ...(destination ? { destination } : {}), cwd });
  const stateDir =
    parsed.state !== undefined
      ? localPath(parsed.state, cwd)
      : destination
        ? stateDirOf(destination, parsed.endpoint, environment)
        : stateHomeOf(environment);
  const network = await readNetworkOptions(parsed, cwd);
  const named = sourceTexts.map((text) => parseClusterSource(text, cwd));
  return Object.freeze({
    ...network,
    sources: Object.freeze([...named, ...(await apiSourcesOf(parsed, network, cwd))]),
    mongo: mongoOptionsOf(parsed),
    ...(destination ? { destination: Object.freeze(destination) } : {}),
    stateDir,
    ...(await readCluster(parsed, destination, cwd)),
    ...(lambda ? { lambda } : {}),
    json: parsed.json,
  });
}

/** The last word, unless it is a source. */
function destinationIn(words: readonly string[], cwd: string): Destination | undefined {
  const last = words.at(-1);
  if (last === undefined) return undefined;
  try {
    return parseDestination(last, cwd);
  } catch (refusal) {
    try {
      parseClusterSource(last, cwd);
      return undefined;
    } catch {
      throw refusal;
    }
  }
}

type Parsed = Awaited<ReturnType<typeof mergeInput<'doctor'>>>;

async function readCluster(
  parsed: Parsed,
  destination: Destination | undefined,
  cwd: string,
): Promise<Pick<DoctorOptions, 'redis' | 'journal'>> {
  const { redis: url, redisPrefix: prefix, redisCa, journal } = parsed;
  if (journal !== undefined && destination) return readClusterPlace(parsed, destination, cwd);
  const ca = redisCa === undefined ? undefined : await readCertificates(localPath(redisCa, cwd), '--redis-ca');
  const isCluster = url !== undefined || journal !== undefined;
  return {
    ...(isCluster
      ? { redis: Object.freeze({ url: url ?? defaultRedisUrl, prefix, ...(ca === undefined ? {} : { ca }) }) }
      : {}),
    ...(journal === undefined ? {} : { journal: Object.freeze(parseDestination(journal, cwd)) }),
  };
}
