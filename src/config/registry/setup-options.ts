import type { OptionSpec } from './option-spec.ts';

/** Options of `init`. */
export const setupOptions = {
  yes: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'ask nothing: take what is given, and the defaults',
  },
  force: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'write in place of a file that is there, and whatever cannot be reached',
  },
} as const satisfies Record<string, OptionSpec>;
