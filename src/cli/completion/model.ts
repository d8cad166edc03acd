import { flagOf } from '../../config/registry/option-spec.ts';
import type { OptionName } from '../../config/registry/options.ts';
import { specIn, takenOptions, verbNames, verbs } from '../../config/registry/verbs.ts';
import type { VerbName } from '../../config/registry/verbs.ts';
import type { VerbSpec } from '../../config/registry/verb-spec.ts';

/** What follows a flag: nothing, one of some words, a file, a folder, or what no shell can know. */
export type FlagValue =
  | { readonly kind: 'none' | 'file' | 'folder' | 'other' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

/** A flag, as shells complete it. */
export interface CompletedFlag {
  /** With its two dashes. */
  readonly flag: string;
  readonly text: string;
  /** Name of the value in help. */
  readonly valueName: string;
  readonly value: FlagValue;
  readonly mayBeRepeated: boolean;
}

/** A verb, as shells complete it. */
export interface CompletedVerb {
  readonly name: string;
  readonly text: string;
  readonly flags: readonly CompletedFlag[];
  /** What the first words may be. Other words are paths, for all that a shell knows. */
  readonly words: readonly (readonly string[])[];
}

/** Every verb with its flags and words, from the registry, and `help`. */
export function completedVerbs(): readonly CompletedVerb[] {
  const help = { name: 'help', text: 'print help for a verb', flags: [], words: [verbNames] };
  return [...verbNames.map(completedVerb), help];
}

function completedVerb(name: VerbName): CompletedVerb {
  const verb: VerbSpec = verbs[name];
  return {
    name,
    text: verb.summary,
    flags: [...takenOptions(verb).flatMap((option) => completedFlags(verb, option)), helpFlag],
    words: (verb.wordChoices ?? []).map((choices) => (choices === 'verbs' ? verbNames : choices)),
  };
}

const helpFlag: CompletedFlag = {
  flag: '--help',
  text: 'print this help',
  valueName: '',
  value: { kind: 'none' },
  mayBeRepeated: false,
};

/** One flag; of a switch that which changes the default. */
function completedFlags(verb: VerbSpec, name: OptionName): readonly CompletedFlag[] {
  const spec = specIn(verb, name);
  const flag = flagOf(name);
  const common = { text: spec.text, valueName: spec.value ?? 'VALUE', mayBeRepeated: spec.kind === 'list' };
  if (spec.kind === 'switch')
    return [{ ...common, flag: spec.default ? flag.replace('--', '--no-') : flag, value: { kind: 'none' } }];
  if ('bare' in spec) return [{ ...common, flag, value: { kind: 'none' } }];
  const words = spec.kind === 'choice' ? spec.choices : spec.suggestions;
  if (words !== undefined) return [{ ...common, flag, value: { kind: 'words', words } }];
  const kind = spec.kind === 'path' ? (spec.value === 'DIR' ? 'folder' : 'file') : 'other';
  return [{ ...common, flag, value: { kind } }];
}
