import { FlantsError, failureCodes } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { findLibrary } from './control-options.ts';
import type { ControlOptions, StateOptions } from './control-options.ts';
import { localPath } from './values/location.ts';
import { assertParent } from './values/paths.ts';
import { closestWord } from './input/suggest.ts';

/** What a verb was asked, of whichever library. */
type Asked<T extends StateOptions> = Omit<T, keyof StateOptions> & { readonly place: ControlOptions };

/** `status`, `retry` and `report`: some videos of a state. */
export interface VideosOptions extends StateOptions {
  /** Empty for all. */
  readonly videos: readonly string[];
}

/** How a verb talks. */
export interface OutputOptions {
  readonly json: boolean;
}

/** Options of `retry`. */
export interface RetryOptions extends VideosOptions {
  /** Only files that failed with this code. */
  readonly failedBy?: FailureCode;
}

/** Options of `accept`. */
export interface AcceptOptions extends StateOptions {
  readonly video: string;
  /** Key of the file. */
  readonly file: string;
  readonly reason: string;
}

/** Options of `report`. */
export interface ReportOptions extends VideosOptions {
  /** A line per file, not one document. */
  readonly files: boolean;
  /** Absent for standard output. */
  readonly outputPath?: string;
}

/** @throws {FlantsError} `usage` */
export async function loadStatusOptions(input: CommandInput): Promise<Asked<VideosOptions> & OutputOptions> {
  const parsed = await mergeInput('status', input);
  const { place, rest } = await findLibrary(parsed, input);
  return Object.freeze({ place, videos: rest, json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadRetryOptions(input: CommandInput): Promise<Asked<RetryOptions> & OutputOptions> {
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
export async function loadAcceptOptions(input: CommandInput): Promise<Asked<AcceptOptions> & OutputOptions> {
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
  return Object.freeze({ place, video, file, reason: parsed.reason, json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadReportOptions(input: CommandInput): Promise<Asked<ReportOptions>> {
  const parsed = await mergeInput('report', input);
  const { place, rest } = await findLibrary(parsed, input);
  const outputPath = parsed.output === undefined ? undefined : localPath(parsed.output, input.cwd);
  if (outputPath !== undefined) await assertParent(outputPath, '--output');
  return Object.freeze({
    place,
    videos: rest,
    files: parsed.format === 'ndjson',
    ...(outputPath === undefined ? {} : { outputPath }),
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
