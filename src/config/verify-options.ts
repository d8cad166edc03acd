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

/** All that one `verify` needs, checked and frozen. */
export interface VerifyOptions
  extends NetworkOptions, Readonly<Pick<ParsedOptions<'verify'>, 'checksums' | 'concurrency' | 'json'>> {
  readonly target: VerifyTarget;
  /** Where sizes and checksums are known; absent to prove from the destination alone. */
  readonly stateDir?: string;
}

/**
 * Makes the options of `verify` from what a person gave.
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
  const { checksums, concurrency, json } = parsed;
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

/** What a folder or a web server holds can only be compared with what a state knows: neither keeps checksums of its own. */
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
