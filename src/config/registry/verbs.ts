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
  [exitCodes.whole, 'everything is complete'],
  [exitCodes.notStarted, 'nothing started: wrong usage, missing rights, or no readable video'],
  [exitCodes.failed, 'something failed; the output names it'],
  [exitCodes.warnings, 'complete, with warnings; or some recordings are still live'],
  [exitCodes.budget, 'the budget is spent; run the same command again to continue'],
  [exitCodes.interrupted, 'interrupted; run the same command again to continue'],
];
