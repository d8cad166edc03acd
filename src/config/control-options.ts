import { stat } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { readClusterPlace } from './cluster-place.ts';
import type { ClusterPlace } from './cluster-place.ts';
import type { CommandInput } from './input/command-input.ts';
import { localPath, parseDestination } from './values/location.ts';
import type { Destination } from './values/location.ts';
import { assertEndpoint, readStoreOptions } from './network-options.ts';
import type { StoreOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { proxySettings } from './values/proxies.ts';
import type { ProxySettings } from './values/proxies.ts';
import { stateDirOf } from './values/state-dir.ts';
import type { controlVerbs } from './registry/control-verbs.ts';

/** The state that a verb works on, checked and frozen. */
export interface StateOptions {
  readonly stateDir: string;
  /** Absent if only `--state` was given. */
  readonly destination?: Destination;
  readonly proxies: ProxySettings;
}

/** A library that a cluster copies. */
export interface ClusterOptions extends ClusterPlace, StoreOptions {
  readonly kind: 'cluster';
  readonly destination: Destination;
}

/** The library that a verb works on. */
export type ControlOptions = ({ readonly kind: 'embedded' } & StateOptions) | ClusterOptions;

/** A verb that inspects a library or decides about its videos. */
export type ControlVerb = keyof typeof controlVerbs;

type Parsed = Pick<
  ParsedOptions<'status'>,
  | 'redis'
  | 'redisPrefix'
  | 'redisCa'
  | 'journal'
  | 'state'
  | 'endpoint'
  | 'region'
  | 'profile'
  | 'ca'
  | 'httpProxy'
  | 'httpsProxy'
  | 'proxyBypass'
>;

/**
 * Finds the library of a verb. It is a cluster's if Redis or a journal is set and `--state` was not typed. Otherwise it
 * is a state on this machine, found by `--state` or by the destination.
 *
 * @returns the library, and the remaining words
 * @throws {FlantsError} `usage` when there is no library, or two are named
 */
export async function findLibrary(
  parsed: Parsed,
  input: CommandInput,
): Promise<{ readonly place: ControlOptions; readonly rest: readonly string[] }> {
  const { flags, words } = input;
  if (flags.state !== undefined && (flags.redis !== undefined || flags.journal !== undefined)) {
    throw new FlantsError(
      'usage',
      '--state is a state of this machine, and --redis and --journal are of a cluster: leave out one of them',
    );
  }
  const isCluster = flags.state === undefined && (parsed.redis !== undefined || parsed.journal !== undefined);
  if (isCluster) return { place: await findCluster(parsed, input), rest: words.slice(1) };
  return findState(parsed, input);
}

/**
 * Finds the cluster that copies to the destination, which is the first word.
 *
 * @throws {FlantsError} `usage`
 */
export async function findCluster(
  parsed: Omit<Parsed, 'state'>,
  { words, cwd }: Pick<CommandInput, 'words' | 'cwd'>,
): Promise<ClusterOptions> {
  const [word] = words;
  if (word === undefined) throw new FlantsError('usage', 'name the destination first, as it was given to the cluster');
  const destination = Object.freeze(parseDestination(word, cwd));
  return Object.freeze({
    kind: 'cluster',
    ...(await readStoreOptions(parsed, cwd)),
    ...(await readClusterPlace(parsed, destination, cwd)),
    destination,
  });
}

/** Finds a state by `--state`, or by the destination as the first word. */
async function findState(
  parsed: Pick<Parsed, 'state' | 'endpoint' | 'httpProxy' | 'httpsProxy' | 'proxyBypass'>,
  { words, cwd, environment }: CommandInput,
): Promise<{ readonly place: ControlOptions; readonly rest: readonly string[] }> {
  if (parsed.endpoint !== undefined) assertEndpoint(parsed.endpoint);
  const proxies = proxySettings(parsed);
  if (parsed.state !== undefined) {
    if (words[0]?.startsWith('s3://')) {
      throw new FlantsError(
        'usage',
        `the state ${parsed.state} is named already: leave out the destination ${words[0]}, or --state`,
      );
    }
    const stateDir = localPath(parsed.state, cwd);
    await assertState(stateDir, `there is no state in ${stateDir}`);
    return { place: Object.freeze({ kind: 'embedded', stateDir, proxies }), rest: words };
  }
  const [word, ...rest] = words;
  if (word === undefined)
    throw new FlantsError('usage', 'name the destination first, as it was given to copy, or a state with --state');
  const destination = Object.freeze(parseDestination(word, cwd));
  const stateDir = stateDirOf(destination, parsed.endpoint, environment);
  const isThrough = destination.kind === 's3' && parsed.endpoint !== undefined;
  const through = isThrough ? ` through ${parsed.endpoint}` : '';
  await assertState(
    stateDir,
    `nothing was copied to ${destination.name}${through} from here: there is no ${stateDir}; a state is named with --state, a cluster with --redis and --journal`,
  );
  return { place: Object.freeze({ kind: 'embedded', stateDir, destination, proxies }), rest };
}

/** @throws {FlantsError} `usage` with this message when the folder does not exist */
export async function assertState(stateDir: string, message: string): Promise<void> {
  const found = await stat(stateDir).catch(() => undefined);
  if (!found?.isDirectory()) throw new FlantsError('usage', message);
}
