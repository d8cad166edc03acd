import { stat } from 'node:fs/promises';
import { FlantsError, failureCodes } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { mergeInput } from './command-input.ts';
import type { CommandInput } from './command-input.ts';
import { localPath, parseDestination } from './location.ts';
import type { Destination } from './location.ts';
import { assertEndpoint } from './network-options.ts';
import { assertParent } from './paths.ts';
import { stateDirOf } from './state-dir.ts';
import { closestWord } from './suggest.ts';

/** Which state a verb is about, checked and frozen. */
export interface StateOptions {
  readonly stateDir: string;
  /** Absent where only `--state` was given. */
  readonly destination?: Destination;
}

/** `status`, `retry` and `report`: some videos of a state. */
export interface VideosOptions extends StateOptions {
  /** Empty for all. */
  readonly videos: readonly string[];
}

/** How a verb talks. */
export interface TalkOptions {
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
export async function loadStatusOptions(input: CommandInput): Promise<VideosOptions & TalkOptions> {
  const parsed = await mergeInput('status', input);
  const { state, rest } = await findState(parsed, input);
  return Object.freeze({ ...state, videos: rest, json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadRetryOptions(input: CommandInput): Promise<RetryOptions & TalkOptions> {
  const parsed = await mergeInput('retry', input);
  const { state, rest } = await findState(parsed, input);
  const { failedBy, json } = parsed;
  return Object.freeze({
    ...state,
    videos: rest,
    ...(failedBy === undefined ? {} : { failedBy: knownCode(failedBy) }),
    json,
  });
}

/** @throws {FlantsError} `usage` */
export async function loadAcceptOptions(input: CommandInput): Promise<AcceptOptions & TalkOptions> {
  const parsed = await mergeInput('accept', input);
  const { state, rest } = await findState(parsed, input);
  const [video, file, ...more] = rest;
  if (video === undefined || file === undefined)
    throw new FlantsError('usage', 'accept needs a video and the key of its failed file');
  if (more.length > 0) {
    const hint = parsed.state === undefined ? '' : '; with --state the destination is left out';
    throw new FlantsError('usage', `accept takes one file; "${more.join(' ')}" is too much${hint}`);
  }
  if (parsed.reason === undefined)
    throw new FlantsError('usage', 'accept needs --reason: why the video may go out without the file');
  return Object.freeze({ ...state, video, file, reason: parsed.reason, json: parsed.json });
}

/** @throws {FlantsError} `usage` */
export async function loadReportOptions(input: CommandInput): Promise<ReportOptions> {
  const parsed = await mergeInput('report', input);
  const { state, rest } = await findState(parsed, input);
  const outputPath = parsed.output === undefined ? undefined : localPath(parsed.output, input.cwd);
  if (outputPath !== undefined) await assertParent(outputPath, '--output');
  return Object.freeze({
    ...state,
    videos: rest,
    files: parsed.format === 'ndjson',
    ...(outputPath === undefined ? {} : { outputPath }),
  });
}

/** Either `--state`, or the destination as the first word. */
async function findState(
  parsed: { readonly state?: string; readonly endpoint?: string },
  { words, cwd, environment }: CommandInput,
): Promise<{ readonly state: StateOptions; readonly rest: readonly string[] }> {
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
    return { state: { stateDir }, rest: words };
  }
  const [word, ...rest] = words;
  if (word === undefined)
    throw new FlantsError('usage', 'name the destination first, as it was given to copy, or a state with --state');
  const destination = parseDestination(word, cwd);
  const stateDir = stateDirOf(destination, parsed.endpoint, environment);
  const through = parsed.endpoint === undefined ? '' : ` through ${parsed.endpoint}`;
  await assertState(stateDir, `nothing was copied to ${destination.name}${through} from here: there is no ${stateDir}`);
  return { state: { stateDir, destination }, rest };
}

async function assertState(stateDir: string, otherwise: string): Promise<void> {
  const found = await stat(stateDir).catch(() => undefined);
  if (!found?.isDirectory()) throw new FlantsError('usage', otherwise);
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
