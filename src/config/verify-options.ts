import { stat } from 'node:fs/promises';
import { FlantsError } from '../domain/failure.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { reasonOf } from './input/config-file.ts';
import { localPath, parseVerifyTarget } from './values/location.ts';
import type { VerifyTarget } from './values/location.ts';
import { readNetworkOptions } from './network-options.ts';
import type { NetworkOptions } from './network-options.ts';
import type { ParsedOptions } from './registry/option-schemas.ts';
import { usualConcurrency } from './values/concurrency.ts';

/** Options of `verify`, checked and frozen. */
export interface VerifyOptions extends NetworkOptions, Readonly<Pick<ParsedOptions<'verify'>, 'checksums' | 'json'>> {
  readonly target: VerifyTarget;
  /** Files that are asked for at a time. */
  readonly concurrency: number;
  /** State with known sizes and checksums. Absent: verify from the destination alone. */
  readonly stateDir?: string;
}

/**
 * Loads the options of `verify`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadVerifyOptions(input: CommandInput): Promise<VerifyOptions> {
  const parsed = await mergeInput('verify', input);
  const [word, ...more] = input.words;
  if (word === undefined) throw new FlantsError('usage', 'verify needs the playlist to begin with');
  if (more.length > 0) throw new FlantsError('usage', `verify takes one playlist; "${more.join(' ')}" is too much`);
  const target = parseVerifyTarget(word, input.cwd);
  if (target.kind === 'file') await assertFile(target.path);
  const { checksums, concurrency = usualConcurrency, json } = parsed;
  if (checksums) assertComparable(target, parsed.state);
  return Object.freeze({
    ...(await readNetworkOptions(parsed, input.cwd)),
    target: Object.freeze(target),
    checksums,
    concurrency,
    json,
    ...(parsed.state === undefined ? {} : { stateDir: localPath(parsed.state, input.cwd) }),
  });
}

/**
 * Refuses checksums that cannot be compared. Neither a folder nor a web server stores checksums, so a folder needs a
 * state to compare with, and a web address is refused.
 */
function assertComparable({ kind }: VerifyTarget, state: string | undefined): void {
  if (kind === 'http') {
    throw new FlantsError(
      'usage',
      '--checksums cannot be used with a web address: verify the s3:// address or the path, with --state',
    );
  }
  if (kind === 'file' && state === undefined) {
    throw new FlantsError('usage', '--checksums compares with what was copied: name the state with --state');
  }
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new FlantsError('usage', `the playlist is ${path}, ${reasonOf(cause)}`, { cause });
  });
  if (found.isDirectory()) throw new FlantsError('usage', `${path} is a folder: name a playlist in it`);
}
