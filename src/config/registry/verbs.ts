import type { OptionSpec } from './option-spec.ts';
import { clusterVerbs } from './cluster-verbs.ts';
import { controlVerbs } from './control-verbs.ts';
import { copyVerbs } from './copy-verbs.ts';
import { optionNames, specOf } from './options.ts';
import type { OptionName } from './options.ts';
import { setupVerbs } from './setup-verbs.ts';
import type { VerbSpec } from './verb-spec.ts';

/** All verbs, in the order of the help. */
export const verbs = { ...copyVerbs, ...clusterVerbs, ...controlVerbs, ...setupVerbs } as const satisfies Record<
  string,
  VerbSpec
>;

/** All verbs by name. */
export const verbNames = Object.keys(verbs) as readonly VerbName[];

/** The spec of an option, with the texts that this verb replaces. */
export function specIn({ overrides }: VerbSpec, name: OptionName): OptionSpec {
  return { ...specOf(name), ...overrides?.[name] } as OptionSpec;
}

/** The options that a verb takes, also those that its help does not list. */
export function takenOptions({ options, takesAllOptions }: VerbSpec): readonly OptionName[] {
  return takesAllOptions ? optionNames : options;
}

/** Name of a verb. */
export type VerbName = keyof typeof verbs;

/** The exit codes of every verb. */
export const exitCodes = {
  whole: 0,
  notStarted: 1,
  failed: 2,
  warnings: 3,
  budget: 4,
  interrupted: 130,
} as const;

/** What each exit code means, for help and docs. */
export const exitCodeTexts: readonly (readonly [code: number, text: string])[] = [
  [exitCodes.whole, 'all whole'],
  [exitCodes.notStarted, 'nothing could start: usage, rights, or no video readable'],
  [exitCodes.failed, 'something failed, and is named'],
  [exitCodes.warnings, 'whole, with warnings; or some recordings are not over yet'],
  [exitCodes.budget, 'the budget is spent; the same command goes on where it stopped'],
  [exitCodes.interrupted, 'interrupted; the same command goes on where it stopped'],
];
