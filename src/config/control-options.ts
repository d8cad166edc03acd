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
import { stateDirOf } from './values/state-dir.ts';
import type { controlVerbs } from './registry/control-verbs.ts';

/** Which state a verb is about, checked and frozen. */
export interface StateOptions {
  readonly stateDir: string;
  /** Absent where only `--state` was given. */
  readonly destination?: Destination;
}

/** A library that a cluster moves. */
export interface ClusterOptions extends ClusterPlace, StoreOptions {
  readonly kind: 'cluster';
  readonly destination: Destination;
}

/** Which library a verb is about. */
export type ControlOptions = ({ readonly kind: 'embedded' } & StateOptions) | ClusterOptions;

/** A verb that looks at a library, or decides about it. */
export type ControlVerb = keyof typeof controlVerbs;

type Parsed = Pick<
  ParsedOptions<'status'>,
  'redis' | 'redisPrefix' | 'redisCa' | 'journal' | 'state' | 'endpoint' | 'region' | 'profile' | 'ca'
>;

/**
 * Finds the library: a cluster's where Redis or a journal is named, unless `--state` was typed; else the state of copies
 * from here, by the destination or by `--state`.
 *
 * @returns the words that are left, too
 * @throws {FlantsError} `usage` where there is none, or two are named
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
 * The cluster that moves a library to the destination, the first word.
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

/** Either `--state`, or the destination as the first word. */
async function findState(
  parsed: Pick<Parsed, 'state' | 'endpoint'>,
  { words, cwd, environment }: CommandInput,
): Promise<{ readonly place: ControlOptions; readonly rest: readonly string[] }> {
  if (parsed.endpoint !== undefined) assertEndpoint(parsed.endpoint);
  if (parsed.state !== undefined) {
    if (words[0]?.startsWith('s3://')) {
      throw new FlantsError(
        'usage',
        `the state ${parsed.state} is named already: leave out the destination ${words[0]}, or --state`,
      );
    }
    const stateDir = localPath(parsed.state, cwd);
    await assertState(stateDir, `there is no state in ${stateDir}`);
    return { place: Object.freeze({ kind: 'embedded', stateDir }), rest: words };
  }
  const [word, ...rest] = words;
  if (word === undefined)
    throw new FlantsError('usage', 'name the destination first, as it was given to copy, or a state with --state');
  const destination = Object.freeze(parseDestination(word, cwd));
  const stateDir = stateDirOf(destination, parsed.endpoint, environment);
  const through = parsed.endpoint === undefined ? '' : ` through ${parsed.endpoint}`;
  await assertState(
    stateDir,
    `nothing was copied to ${destination.name}${through} from here: there is no ${stateDir}; a cluster is named with --redis and --journal`,
  );
  return { place: Object.freeze({ kind: 'embedded', stateDir, destination }), rest };
}

/** @throws {FlantsError} `usage` with the text where there is no such folder */
export async function assertState(stateDir: string, otherwise: string): Promise<void> {
  const found = await stat(stateDir).catch(() => undefined);
  if (!found?.isDirectory()) throw new FlantsError('usage', otherwise);
}
