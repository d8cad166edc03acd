import type { OptionSpec } from './option-spec.ts';
import type { OptionName } from './options.ts';

/** Headings under which the help lists verbs. */
export type VerbGroup = 'Copy a library from here' | 'Run as a cluster' | 'Look and decide';

/** Text of an option that one verb replaces. Its values are unaffected. */
export type OptionOverride = Partial<Pick<OptionSpec, 'text' | 'defaultText'>> & { readonly default?: boolean };

/** A verb as plain data: words, options, help. */
export interface VerbSpec {
  readonly group: VerbGroup;
  readonly summary: string;
  /** What follows the verb, for the usage line. */
  readonly words: string;
  readonly wordTexts: readonly (readonly [word: string, text: string])[];
  readonly options: readonly OptionName[];
  /** How options are told of here, where this verb means them otherwise than the rest. */
  readonly overrides?: Readonly<Partial<Record<OptionName, OptionOverride>>>;
  readonly examples: readonly (readonly [text: string, command: string])[];
  /** Where this verb's exit codes need a word more than the common table. */
  readonly exitNote?: string;
}
