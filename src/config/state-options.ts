import { FlantsError, failureCodes } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { HeaderPolicy } from '../domain/object-headers.ts';
import { readCdnOptions } from './cdn-options.ts';
import type { CdnOptions } from './cdn-options.ts';
import { readHeaderPolicy } from './header-policy.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { findLibrary } from './control-options.ts';
import type { ControlOptions, StateOptions } from './control-options.ts';
import { localPath } from './values/location.ts';
import { assertParent } from './values/paths.ts';
import { closestWord } from './input/suggest.ts';

/** Options of a verb, for a state of this machine or for a cluster. */
type OfLibrary<T extends StateOptions> = Omit<T, keyof StateOptions> & { readonly place: ControlOptions };

/** Options of `status`, `retry` and `report`: some videos of a state. */
export interface VideosOptions extends StateOptions {
  /** Empty: all. */
  readonly videos: readonly string[];
}

/** Format of a verb's output. */
export interface OutputOptions {
  readonly json: boolean;
}

/** Options of `status`. */
export interface StatusOptions extends VideosOptions, OutputOptions {
  /** List each video, however many there are. Those that are named are listed in any case. */
  readonly all: boolean;
}

/** Options of `retry`. */
export interface RetryOptions extends VideosOptions {
  /** Only retry files that failed with this code. */
  readonly failedBy?: FailureCode;
}

/** Options of `accept`. */
export interface AcceptOptions extends StateOptions {
  readonly video: string;
  /** Key of the file. */
  readonly file: string;
  readonly reason: string;
  /** Of the playlists, where they are published at once. Absent: the usual headers. */
  readonly headerPolicy?: HeaderPolicy;
  /** Told of them. Absent: no CDN is. */
  readonly cdn?: CdnOptions;
}

/** Options of `report`. */
export interface ReportOptions extends VideosOptions {
  /** Write one line per file instead of one document. */
  readonly files: boolean;
  /** Absent: standard output. */
  readonly outputPath?: string;
  /** Files for people and for spreadsheets. With one of them, the rest is written only where its file is named. */
  readonly htmlPath?: string;
  readonly csvPath?: string;
}

/** @throws {FlantsError} `usage` */
export async function loadStatusOptions(input: CommandInput): Promise<OfLibrary<StatusOptions>> {
  const parsed = await mergeInput('status', input);
  const { place, rest } = await findLibrary(parsed, input);
  return Object.freeze({ place, videos: rest, all: parsed.all || rest.length > 0, json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadRetryOptions(input: CommandInput): Promise<OfLibrary<RetryOptions> & OutputOptions> {
  const parsed = await mergeInput('retry', input);
  const { place, rest } = await findLibrary(parsed, input);
  const { failedBy, json } = parsed;
  return Object.freeze({
    place,
    videos: rest,
    ...(failedBy === undefined ? {} : { failedBy: knownCode(failedBy) }),
    json,
  });
}

/** @throws {FlantsError} `usage` */
export async function loadAcceptOptions(input: CommandInput): Promise<OfLibrary<AcceptOptions> & OutputOptions> {
  const parsed = await mergeInput('accept', input);
  const { place, rest } = await findLibrary(parsed, input);
  const [video, file, ...more] = rest;
  if (video === undefined || file === undefined)
    throw new FlantsError('usage', 'accept needs a video and the key of its failed file');
  if (more.length > 0) {
    const hint =
      place.kind === 'cluster' || parsed.state === undefined ? '' : '; with --state the destination is left out';
    throw new FlantsError('usage', `accept takes one file; "${more.join(' ')}" is too much${hint}`);
  }
  if (parsed.reason === undefined)
    throw new FlantsError('usage', 'accept needs --reason: why the video may go out without the file');
  return Object.freeze({
    place,
    video,
    file,
    reason: parsed.reason,
    ...(await readHeaderPolicy(parsed.headerPolicy, input.cwd)),
    ...readCdnOptions(parsed),
    json: parsed.json,
  });
}

/** @throws {FlantsError} `usage` */
export async function loadReportOptions(input: CommandInput): Promise<OfLibrary<ReportOptions>> {
  const parsed = await mergeInput('report', input);
  const { place, rest } = await findLibrary(parsed, input);
  const pathOf = async (text: string | undefined, option: string): Promise<string | undefined> => {
    if (text === undefined) return undefined;
    const path = localPath(text, input.cwd);
    await assertParent(path, option);
    return path;
  };
  const outputPath = await pathOf(parsed.output, '--output');
  const htmlPath = await pathOf(parsed.html, '--html');
  const csvPath = await pathOf(parsed.csv, '--csv');
  return Object.freeze({
    place,
    videos: rest,
    files: parsed.format === 'ndjson',
    ...(outputPath === undefined ? {} : { outputPath }),
    ...(htmlPath === undefined ? {} : { htmlPath }),
    ...(csvPath === undefined ? {} : { csvPath }),
  });
}

function knownCode(text: string): FailureCode {
  const code = failureCodes.find((each) => each === text);
  if (code !== undefined) return code;
  const meant = closestWord(text, failureCodes);
  throw new FlantsError(
    'usage',
    `--failed-by is "${text}": expected the code of a failure, such as source.not-found${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
  );
}
