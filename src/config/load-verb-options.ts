import { loadCopyOptions } from './copy-options.ts';
import type { CommandInput } from './input/command-input.ts';
import { mergeInput } from './input/command-input.ts';
import type { VerbName } from './registry/verbs.ts';
import { loadServiceOptions, loadUpOptions, roles } from './service-options.ts';

/**
 * Loads the options of any verb as it does itself, to see whether it would refuse them.
 *
 * @throws {FlantsError} `usage`
 */
export async function loadVerbOptions(verb: VerbName, input: CommandInput): Promise<void> {
  const role = roles.find((each) => each === verb);
  if (role !== undefined) await loadServiceOptions(role, input);
  else if (verb === 'up') await loadUpOptions(input);
  else if (verb === 'copy') await loadCopyOptions(input);
  else await mergeInput(verb, input);
}
