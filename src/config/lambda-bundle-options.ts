import { FlantsError } from '../domain/failure.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { localPath } from './values/location.ts';
import { assertParent } from './values/paths.ts';

/** Options of `lambda bundle`. */
export interface LambdaBundleOptions {
  /** Absolute path of the archive to write. */
  readonly outPath: string;
  readonly json: boolean;
}

/**
 * Loads the options of `lambda bundle`.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadLambdaBundleOptions(input: CommandInput): Promise<LambdaBundleOptions> {
  const { out, json } = await mergeInput('lambda', input);
  const [word, ...others] = input.words;
  if (word !== 'bundle' || others.length > 0) throw new FlantsError('usage', 'lambda takes one word: bundle');
  if (out === undefined) throw new FlantsError('usage', 'lambda bundle needs a file to write: --out flants.zip');
  const outPath = localPath(out, input.cwd);
  await assertParent(outPath, '--out');
  return Object.freeze({ outPath, json });
}
