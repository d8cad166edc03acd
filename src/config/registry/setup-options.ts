import type { OptionSpec } from './option-spec.ts';

/** Options of `init`. */
export const setupOptions = {
  yes: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'do not ask; use the given options and the defaults',
  },
  force: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'overwrite an existing file, and write even if something cannot be reached',
  },
} as const satisfies Record<string, OptionSpec>;
