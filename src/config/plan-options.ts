import { lowestRate } from '../domain/rate-timetable.ts';
import { availableParallelism } from 'node:os';
import type { PriceList } from '../domain/cost/prices.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { keyNameOptions } from './key-rule-options.ts';
import type { KeyNameOptions } from './key-rule-options.ts';
import { apiSourcesOf } from './api-options.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { localPath, looksLikeSource, parseDestination, parseSource } from './values/location.ts';
import type { Destination, SourceArgument } from './values/location.ts';
import { assertDestinationFolder, assertSourceReadable, assertSourceRoot, folderUrl } from './values/path-checks.ts';
import { selectionOf, usualSeed } from './values/selection.ts';
import type { VideoSelection } from '../domain/video-selection.ts';
import type { SideFileField } from './values/side-files.ts';
import { readPrices } from './values/prices.ts';
import { stateDirOf } from './values/state-dir.ts';
import { FlantsError } from '../domain/failure.ts';

type Parsed = ParsedOptions<'plan'>;
type Unchanged =
  | 'limit'
  | 'external'
  | 'assumeEnded'
  | 'sampleFiles'
  | 'sampleVideos'
  | 'concurrency'
  | 'maxConnections'
  | 'json'
  | 'progress'
  | 'logLevel';

/** Options of `plan`, checked and frozen. */
export interface PlanOptions extends NetworkOptions, KeyNameOptions, Readonly<Pick<Parsed, Unchanged>> {
  /** At least one. */
  readonly sources: readonly SourceArgument[];
  /** Absent: nobody said where to. */
  readonly destination?: Destination;
  /** Only these videos. Empty: all. */
  readonly ids: readonly string[];
  readonly selection: VideoSelection;
  /** Fields of a catalogue's rows that name files beside the playlists. */
  readonly sideFiles: readonly SideFileField[];
  /** What is taken at random is the same for the same text. */
  readonly seed: string;
  readonly threads: number;
  readonly bytesPerSecond?: number;
  /** As of `CopyOptions`. */
  readonly rootUrl?: string;
  /** Absent: there is no state to look into. */
  readonly stateDir?: string;
  /** Absent: no dollars and hours. */
  readonly cost?: {
    readonly prices: PriceList;
    /** Dollars for 10^9 bytes out of the source. */
    readonly egressPrice?: number;
    /** Functions of AWS Lambda at a time. */
    readonly functions: number;
  };
}

/**
 * Loads the options of `plan`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadPlanOptions(input: CommandInput): Promise<PlanOptions> {
  const { cwd } = input;
  const parsed = await mergeInput('plan', input);
  const { sourceTexts, destinationText } = splitWords(input.words, parsed.catalogueUrl !== undefined);
  const network = await readNetworkOptions(parsed, cwd);
  const named = sourceTexts.map((text) => parseSource(text, cwd));
  const sources = [...named, ...(await apiSourcesOf(parsed, network, cwd))];
  const destination = destinationText === undefined ? undefined : parseDestination(destinationText, cwd);
  const root = parsed.root === undefined ? undefined : localPath(parsed.root, cwd);
  await Promise.all(sources.map((source, index) => assertSourceReadable(source, sourceTexts[index] ?? '')));
  if (root !== undefined) await assertSourceRoot(root, sources);
  if (destination?.kind === 'folder') await assertDestinationFolder(destination.path, { sources, root });
  const stateDir = stateDirFrom(parsed, destination, input);
  const { limit, external, assumeEnded, sampleFiles, sampleVideos, seed, sample, concurrency, maxConnections } = parsed;
  const cost = await costFrom(parsed, cwd);
  return Object.freeze({
    ...network,
    ...keyNameOptions(parsed),
    sources: Object.freeze(sources),
    ...(destination === undefined ? {} : { destination: Object.freeze(destination) }),
    ids: Object.freeze(parsed.ids),
    // Here a seed is also for what is asked for at random.
    selection: selectionOf(sample === undefined ? { ...parsed, seed: undefined } : parsed),
    sideFiles: Object.freeze(parsed.sideFiles),
    ...(limit === undefined ? {} : { limit }),
    external,
    assumeEnded,
    sampleFiles,
    ...(sampleVideos === undefined ? {} : { sampleVideos }),
    seed: seed ?? usualSeed,
    ...(concurrency === undefined ? {} : { concurrency }),
    threads: parsed.threads ?? availableParallelism(),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(parsed.bwlimit && lowestRate(parsed.bwlimit)),
    ...(root === undefined ? {} : { rootUrl: folderUrl(root) }),
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(cost === undefined ? {} : { cost }),
    json: parsed.json,
    progress: parsed.progress,
    logLevel: parsed.logLevel,
  });
}

/** The last word is the destination, unless it is written as sources are. */
function splitWords(
  words: readonly string[],
  hasCatalogue: boolean,
): {
  readonly sourceTexts: readonly string[];
  readonly destinationText?: string;
} {
  const [last] = words.slice(-1);
  if (last === undefined && !hasCatalogue) throw new FlantsError('usage', 'plan needs a source');
  if (last === undefined || (words.length === 1 && !hasCatalogue) || looksLikeSource(last))
    return { sourceTexts: words };
  return { sourceTexts: words.slice(0, -1), destinationText: last };
}

function stateDirFrom(
  { state, endpoint }: Parsed,
  destination: Destination | undefined,
  { environment, cwd }: CommandInput,
): string | undefined {
  if (state !== undefined) return localPath(state, cwd);
  return destination && stateDirOf(destination, endpoint, environment);
}

/** @throws {FlantsError} as `readPrices` */
async function costFrom(parsed: Parsed, cwd: string): Promise<PlanOptions['cost']> {
  const { cost, prices, egressPrice, lambda } = parsed;
  if (!cost) return undefined;
  return Object.freeze({
    prices: await readPrices(prices === undefined ? undefined : localPath(prices, cwd)),
    functions: lambda,
    ...(egressPrice === undefined ? {} : { egressPrice }),
  });
}
