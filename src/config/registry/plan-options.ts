import type { OptionSpec } from './option-spec.ts';

/** Options of a plan and of budgets: what is asked for, and what is reckoned. */
export const planOptions = {
  sampleFiles: {
    group: 'Plan',
    kind: 'integer',
    min: 0,
    max: 1_000_000,
    default: 1_000,
    value: 'N',
    text: 'ask for the size of so many files, taken at random of each kind (host, role, extension, rendition); 0 for none',
  },
  sampleVideos: {
    group: 'Plan',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'read the playlists of so many videos, taken at random, and reckon what all have from these',
    defaultText: 'all',
  },
  cost: {
    group: 'Plan',
    kind: 'switch',
    default: false,
    text: 'reckon dollars and hours as well, for this machine and for functions of AWS Lambda',
  },
  lambda: {
    group: 'Plan',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    default: 100,
    value: 'N',
    text: 'functions of AWS Lambda at a time, to reckon with',
  },
  budget: {
    group: 'Budget',
    kind: 'list',
    separator: ',',
    value: 'LIMIT,…',
    expected: 'bytes such as 50G or 2T, files such as 100000files, or dollars such as 20USD, each once',
    text: 'begin no more batches once this run has fetched so many bytes or files, or spent so many dollars; those under way are finished',
    defaultText: 'no limit',
  },
  egressPrice: {
    group: 'Budget',
    kind: 'text',
    expected: 'dollars such as 0.09',
    value: 'DOLLARS',
    text: 'what the old home of the videos asks for each gigabyte (10^9 bytes) that leaves it',
    defaultText: 'not reckoned',
  },
} as const satisfies Record<string, OptionSpec>;
