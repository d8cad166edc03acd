import { FlantsError } from '../domain/failure.ts';
import { findLibrary } from './control-options.ts';
import type { ControlOptions } from './control-options.ts';
import { mergeInput } from './input/command-input.ts';
import type { CommandInput } from './input/command-input.ts';
import { localPath } from './values/location.ts';
import { assertParent } from './values/paths.ts';

/** Options of `replay`. */
export interface ReplayOptions {
  readonly place: ControlOptions;
  /** File to write the page to. */
  readonly outPath: string;
  /** Show titles in place of numbers. */
  readonly titles: boolean;
}

/** @throws {FlantsError} `usage` */
export async function loadReplayOptions(input: CommandInput): Promise<ReplayOptions> {
  const parsed = await mergeInput('replay', input);
  const { place, rest } = await findLibrary(parsed, input);
  if (rest.length > 0) throw new FlantsError('usage', `replay takes no videos; "${rest.join(' ')}" is too much`);
  if (parsed.out === undefined) throw new FlantsError('usage', 'replay needs --out FILE.html: where to write the page');
  const outPath = localPath(parsed.out, input.cwd);
  await assertParent(outPath, '--out');
  return Object.freeze({ place, outPath, titles: parsed.titles });
}
