import { stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { FlantsError } from '../../domain/failure.ts';
import { reasonOf } from '../input/config-file.ts';
import { withoutSecrets } from './location.ts';
import type { SourceArgument } from './location.ts';
import { isWithin, realPathOf, sharedFolder } from './paths.ts';

/**
 * Splits words into sources and, last, the destination.
 *
 * @param options.hasCatalogue - whether an option names a catalogue, so that no word need be a source
 * @throws {FlantsError} `usage` where one is missing
 */
export function splitArguments(
  verb: string,
  words: readonly string[],
  { hasCatalogue }: { readonly hasCatalogue: boolean },
): {
  readonly sourceTexts: readonly string[];
  readonly destinationText: string;
} {
  const destinationText = words.at(-1);
  if (destinationText === undefined)
    throw new FlantsError(
      'usage',
      `${verb} needs a source and a destination: flants ${verb} SOURCE DESTINATION, or flants init, which asks for them`,
    );
  if (words.length === 1 && !hasCatalogue)
    throw new FlantsError(
      'usage',
      `${verb} needs a source and a destination; only "${withoutSecrets(destinationText)}" was given`,
    );
  return { sourceTexts: words.slice(0, -1), destinationText };
}

function pathOf(source: SourceArgument): string | undefined {
  if (source.kind === 'stdin' || source.kind === 'api') return undefined;
  if (source.kind === 'catalogue') return source.path;
  return source.url.startsWith('file:') ? fileURLToPath(source.url) : undefined;
}

/** @throws {FlantsError} `usage` when a local source does not exist */
export async function assertSourceReadable(source: SourceArgument, text = pathOf(source) ?? ''): Promise<void> {
  const path = pathOf(source);
  if (path === undefined) return;
  const found = await stat(path).catch((cause: unknown) => {
    const hint = /^(?:www\.|[a-z0-9-]+(?:\.[a-z0-9-]+)+\/)/i.test(text) ? '; a URL begins with https://' : '';
    throw new FlantsError('usage', `the source is ${text}, ${reasonOf(cause)}${hint}`, { cause });
  });
  if (found.isDirectory())
    throw new FlantsError('usage', `the source ${text} is a folder: name a playlist or a catalogue in it`);
}

/** @throws {FlantsError} `usage` when the root is not a folder, or a playlist is outside of it */
export async function assertSourceRoot(root: string, sources: readonly SourceArgument[]): Promise<void> {
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

/**
 * Refuses a destination at the root of the source: keys are paths below the root, so each file would be written over
 * itself.
 *
 * @throws {FlantsError} `usage` when the destination is such a folder, or is a file
 */
export async function assertDestinationFolder(
  path: string,
  { sources, root }: { readonly sources: readonly SourceArgument[]; readonly root: string | undefined },
): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing && !existing.isDirectory())
    throw new FlantsError('usage', `the destination ${path} is a file: expected s3://bucket/prefix or a folder`);
  const folders = sources
    .flatMap((source) => (source.kind === 'playlist' ? [pathOf(source)] : []))
    .filter((each) => each !== undefined)
    .map(dirname);
  const from = root ?? sharedFolder(folders);
  if (from !== undefined && (await realPathOf(from)) === (await realPathOf(path))) {
    throw new FlantsError(
      'usage',
      `the destination ${path} is the folder of the source: a copy must go somewhere else`,
    );
  }
}

/**
 * Refuses a private state folder inside the published destination.
 *
 * @throws {FlantsError} `usage`
 */
export async function assertStateOutside(stateDir: string, option: string, destination: string): Promise<void> {
  if (!isWithin(await realPathOf(stateDir), await realPathOf(destination))) return;
  throw new FlantsError(
    'usage',
    `the state ${stateDir} is inside the destination ${destination}: it would be published; name another folder with ${option}`,
  );
}

/** The folder as a `file:` URL with a final slash. */
export function folderUrl(path: string): string {
  return pathToFileURL(path.endsWith(sep) ? path : path + sep).href;
}
