import { FlantsError } from '../domain/failure.ts';
import type { VideoState } from '../domain/video.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { assertState, findCluster, findLibrary } from './control-options.ts';
import type { ClusterOptions, ControlOptions, ControlVerb } from './control-options.ts';
import { localPath, parseSource, withoutSecrets } from './values/location.ts';
import { stateDirOf } from './values/state-dir.ts';

/** The library, and the form of output. */
export interface LibraryOptions {
  readonly place: ControlOptions;
  readonly json: boolean;
}

/** Options of verbs that take ids of videos. */
export interface NamedVideosOptions extends LibraryOptions {
  /** At least one. */
  readonly videos: readonly string[];
}

/** Options of `submit`. */
export interface SubmitOptions extends LibraryOptions {
  readonly id?: string;
  /** Absent: that of the known video with the id. */
  readonly playlistUrl?: string;
  readonly title?: string;
  readonly fresh?: boolean;
}

/** Options of `videos`. */
export interface ListOptions extends LibraryOptions {
  /** Empty: all. */
  readonly states: readonly VideoState[];
  /** Absent: no limit. */
  readonly limit?: number;
}

/** Options of `import`. */
export interface ImportOptions extends Omit<ClusterOptions, 'kind'> {
  /** The state to import. */
  readonly stateDir: string;
}

type NamedVideosVerb = Extract<ControlVerb, 'show' | 'pause' | 'resume' | 'cancel' | 'priority' | 'purge'>;

/** @throws {FlantsError} `usage` */
export async function loadNamedVideosOptions(verb: NamedVideosVerb, input: CommandInput): Promise<NamedVideosOptions> {
  const parsed = await mergeInput(verb, input);
  const { place, rest } = await findLibrary(parsed, input);
  if (rest.length === 0)
    throw new FlantsError('usage', `${verb} needs the ids of the videos; flants videos lists them`);
  return Object.freeze({ place, videos: [...new Set(rest)], json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadCancelOptions(
  input: CommandInput,
): Promise<NamedVideosOptions & { readonly waitMs: number }> {
  const { grace } = await mergeInput('cancel', input);
  return Object.freeze({ ...(await loadNamedVideosOptions('cancel', input)), waitMs: grace });
}

/** @throws {FlantsError} `usage` */
export async function loadPriorityOptions(
  input: CommandInput,
): Promise<NamedVideosOptions & { readonly fresh: boolean }> {
  const { fresh = true } = await mergeInput('priority', input);
  return Object.freeze({ ...(await loadNamedVideosOptions('priority', input)), fresh });
}

/** @throws {FlantsError} `usage` */
export async function loadSubmitOptions(input: CommandInput): Promise<SubmitOptions> {
  const parsed = await mergeInput('submit', input);
  const { place, rest } = await findLibrary(parsed, input);
  const [text, ...more] = rest;
  if (more.length > 0)
    throw new FlantsError('usage', `submit takes one playlist; "${more.map(withoutSecrets).join(' ')}" is too much`);
  const { id, title, fresh, json } = parsed;
  if (text === undefined && id === undefined)
    throw new FlantsError(
      'usage',
      'submit needs the URL of a playlist after the destination, or --id alone for a video that it knows',
    );
  return Object.freeze({
    place,
    ...(id === undefined ? {} : { id }),
    ...(text === undefined ? {} : { playlistUrl: playlistOf(text, input.cwd) }),
    ...(title === undefined ? {} : { title }),
    ...(fresh === undefined ? {} : { fresh }),
    json,
  });
}

function playlistOf(text: string, cwd: string): string {
  const source = parseSource(text, cwd);
  if (source.kind === 'playlist') return source.url;
  throw new FlantsError('usage', `${text} is a catalogue: submit takes a playlist; give the catalogue to the scanner`);
}

/** @throws {FlantsError} `usage` */
export async function loadListOptions(input: CommandInput): Promise<ListOptions> {
  const parsed = await mergeInput('videos', input);
  const { place, rest } = await findLibrary(parsed, input);
  if (rest.length > 0)
    throw new FlantsError('usage', `videos lists all of them; flants status takes ids such as "${rest.join(' ')}"`);
  const { inState: states, limit, json } = parsed;
  return Object.freeze({ place, states, ...(limit === undefined ? {} : { limit }), json });
}

/** @throws {FlantsError} `usage` */
export async function loadImportOptions(
  input: CommandInput,
): Promise<{ readonly options: ImportOptions; readonly json: boolean }> {
  const parsed = await mergeInput('import', input);
  const { kind: _, ...cluster } = await findCluster(parsed, input);
  const { destination, endpoint } = cluster;
  if (input.words.length > 1)
    throw new FlantsError(
      'usage',
      `import takes the destination alone; "${input.words.slice(1).join(' ')}" is too much`,
    );
  const stateDir =
    parsed.state === undefined
      ? stateDirOf(destination, endpoint, input.environment)
      : localPath(parsed.state, input.cwd);
  await assertState(stateDir, `there is no state in ${stateDir}; another is named with --state`);
  return Object.freeze({ options: Object.freeze({ ...cluster, stateDir }), json: parsed.json });
}
