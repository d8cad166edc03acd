import { closestWord } from '../config/input/suggest.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { FlantsError } from '../domain/failure.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { completedVerbs } from './completion/model.ts';
import type { CompletedVerb } from './completion/model.ts';
import { powershellCompletion } from './completion/powershell.ts';
import { zshCompletion } from './completion/zsh.ts';
import type { Verb } from './context.ts';

const shells: Readonly<Record<string, (verbs: readonly CompletedVerb[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

/** `flants completion` */
export const completion: Verb = async ({ words: [shell, ...others] }, { stdout }) => {
  const names = Object.keys(shells);
  const write = shell === undefined || others.length > 0 ? undefined : shells[shell];
  if (!write) {
    const meant = shell === undefined ? undefined : closestWord(shell, names);
    const not = shell === undefined ? '' : `, not "${[shell, ...others].join(' ')}"`;
    throw new FlantsError(
      'usage',
      `completion takes the name of a shell: ${names.join(', ')}${not}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    );
  }
  stdout.write(write(completedVerbs()));
  return exitCodes.whole;
};
