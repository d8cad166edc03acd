import type { OptionSpec } from './option-spec.ts';
import type { OptionName } from './options.ts';

/** Headings under which the help lists verbs. */
export type VerbGroup = 'Set up' | 'Copy from this machine' | 'Run as a cluster' | 'Inspect and control';

/** Heading and text of an option that one verb replaces. Its values are unaffected. */
export type OptionOverride = Partial<Pick<OptionSpec, 'group' | 'text' | 'defaultText'>> & {
  readonly default?: boolean;
};

/** A verb as plain data: words, options, help. */
export interface VerbSpec {
  readonly group: VerbGroup;
  readonly summary: string;
  /** The arguments after the verb, for the usage line. */
  readonly words: string;
  readonly wordTexts: readonly (readonly [word: string, text: string])[];
  /** What the first words may be, where they are not names, paths or URLs: `verbs` stands for all verbs. */
  readonly wordChoices?: readonly (readonly string[] | 'verbs')[];
  readonly options: readonly OptionName[];
  /** It also takes the options of all other verbs, to write or show them. Its help does not list those. */
  readonly takesAllOptions?: true;
  /** Texts of options that have a different meaning for this verb. */
  readonly overrides?: Readonly<Partial<Record<OptionName, OptionOverride>>>;
  readonly examples: readonly (readonly [text: string, command: string])[];
  /** Completes the common table of exit codes for this verb. */
  readonly exitNote?: string;
}
