import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { defaultTokenParameters } from '../domain/destination-key.ts';
import { FlantsError } from '../domain/failure.ts';
import { mergeInput } from './command-input.ts';
import type { CommandInput } from './command-input.ts';
import { reasonOf } from './config-file.ts';
import { localPath, parseDestination, parseSource } from './location.ts';
import type { Destination, SourceArgument } from './location.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './option-schemas.ts';
import { assertParent, isWithin, realPathOf, sharedFolder } from './paths.ts';
import { stateDirOf } from './state-dir.ts';

type Parsed = ParsedOptions<'copy'>;
type Kept =
  | 'limit'
  | 'existing'
  | 'recheck'
  | 'sha256'
  | 'external'
  | 'dryRun'
  | 'concurrency'
  | 'json'
  | 'progress'
  | 'logLevel';

/** All that one `copy` needs, checked and frozen. Paths are absolute. */
export interface CopyOptions extends NetworkOptions, Readonly<Pick<Parsed, Kept>> {
  /** At least one. */
  readonly sources: readonly SourceArgument[];
  readonly destination: Destination;
  /** Only these videos; empty for all. */
  readonly ids: readonly string[];
  readonly threads: number;
  /** Absent for no limit. */
  readonly bytesPerSecond?: number;
  /** `file:` URL, with its final slash, of the folder that keys of local files are relative to. */
  readonly rootUrl?: string;
  /** Lower case, the usual ones included. */
  readonly tokenParameters: readonly string[];
  readonly stateDir: string;
  /** Where the report goes at the end. */
  readonly reportPath?: string;
}

/**
 * Makes the options of `copy` from what a person gave.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadCopyOptions(input: CommandInput): Promise<CopyOptions> {
  const { environment, cwd } = input;
  const parsed = await mergeInput('copy', input);
  const { sourceTexts, destinationText } = splitWords(input.words);
  const sources = sourceTexts.map((text) => parseSource(text, cwd));
  const destination = parseDestination(destinationText, cwd);
  const network = await readNetworkOptions(parsed, cwd);
  const root = parsed.root === undefined ? undefined : localPath(parsed.root, cwd);
  const stateDir =
    parsed.state === undefined ? stateDirOf(destination, parsed.endpoint, environment) : localPath(parsed.state, cwd);

  await Promise.all(sources.map((source, index) => assertReadable(source, sourceTexts[index] ?? '')));
  const reportPath = parsed.report === undefined ? undefined : localPath(parsed.report, cwd);
  if (reportPath !== undefined) await assertParent(reportPath, '--report');
  if (root !== undefined) await assertRoot(root, sources);
  if (destination.kind === 'folder') await assertFolder(destination.path, { sources, stateDir, root });

  const { limit, existing, recheck, sha256, external, dryRun, concurrency, json, progress, logLevel } = parsed;
  return Object.freeze({
    ...network,
    sources: Object.freeze(sources),
    destination: Object.freeze(destination),
    ids: Object.freeze(parsed.ids),
    ...(limit === undefined ? {} : { limit }),
    existing,
    recheck,
    sha256,
    external,
    dryRun,
    concurrency,
    threads: parsed.threads ?? availableParallelism(),
    ...(parsed.bwlimit === undefined ? {} : { bytesPerSecond: parsed.bwlimit }),
    ...(root === undefined ? {} : { rootUrl: folderUrl(root) }),
    tokenParameters: Object.freeze([
      ...new Set([...defaultTokenParameters, ...parsed.tokenParams.map((name) => name.toLowerCase())]),
    ]),
    stateDir,
    ...(reportPath === undefined ? {} : { reportPath }),
    json,
    progress,
    logLevel,
  });
}

function splitWords(words: readonly string[]): {
  readonly sourceTexts: readonly string[];
  readonly destinationText: string;
} {
  const destinationText = words.at(-1);
  if (destinationText === undefined) throw new FlantsError('usage', 'copy needs a source and a destination');
  if (words.length === 1)
    throw new FlantsError('usage', `copy needs a source and a destination; only "${destinationText}" was given`);
  return { sourceTexts: words.slice(0, -1), destinationText };
}

function pathOf(source: SourceArgument): string | undefined {
  if (source.kind === 'catalogue') return source.path;
  return source.url.startsWith('file:') ? fileURLToPath(source.url) : undefined;
}

async function assertReadable(source: SourceArgument, text: string): Promise<void> {
  const path = pathOf(source);
  if (path === undefined) return;
  const found = await stat(path).catch((cause: unknown) => {
    const hint = /^(?:www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)+\/)/i.test(text) ? '; a URL begins with https://' : '';
    throw new FlantsError('usage', `the source is ${text}, ${reasonOf(cause)}${hint}`, { cause });
  });
  if (found.isDirectory())
    throw new FlantsError('usage', `the source ${text} is a folder: name a playlist or a catalogue in it`);
}

async function assertRoot(root: string, sources: readonly SourceArgument[]): Promise<void> {
  const found = await stat(root).catch((cause: unknown) => {
    throw new FlantsError('usage', `--root names ${root}, ${reasonOf(cause)}`, { cause });
  });
  if (!found.isDirectory()) throw new FlantsError('usage', `--root names ${root}, which is not a folder`);
  for (const source of sources) {
    const path = source.kind === 'playlist' ? pathOf(source) : undefined;
    if (path !== undefined && !isWithin(path, root))
      throw new FlantsError('usage', `the source ${path} is not below --root ${root}`);
  }
}

/** Keys are paths below the root, so a copy into the root itself would write each file over itself. */
async function assertFolder(
  path: string,
  {
    sources,
    stateDir,
    root,
  }: { readonly sources: readonly SourceArgument[]; readonly stateDir: string; readonly root: string | undefined },
): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing && !existing.isDirectory())
    throw new FlantsError('usage', `the destination ${path} is a file: expected s3://bucket/prefix or a folder`);
  const real = await realPathOf(path);
  const folders = sources
    .flatMap((source) => (source.kind === 'playlist' ? [pathOf(source)] : []))
    .filter((each) => each !== undefined)
    .map(dirname);
  const from = root ?? sharedFolder(folders);
  if (from !== undefined && (await realPathOf(from)) === real) {
    throw new FlantsError(
      'usage',
      `the destination ${path} is the folder of the source: a copy must go somewhere else`,
    );
  }
  if (isWithin(await realPathOf(stateDir), real)) {
    throw new FlantsError(
      'usage',
      `the state ${stateDir} is inside the destination ${path}: it would be published; name another folder with --state`,
    );
  }
}

function folderUrl(path: string): string {
  return pathToFileURL(path.endsWith(sep) ? path : path + sep).href;
}
