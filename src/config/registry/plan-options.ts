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
    text: 'number of files whose size to ask for, chosen at random from each kind (host, role, extension, rendition); 0 for none',
  },
  sampleVideos: {
    group: 'Plan',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'read the playlists of this many videos, chosen at random, and estimate the rest',
    defaultText: 'all',
  },
  cost: {
    group: 'Plan',
    kind: 'switch',
    default: false,
    text: 'also estimate dollars and hours, for this machine and for AWS Lambda',
  },
  lambda: {
    group: 'Plan',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    default: 100,
    value: 'N',
    text: 'number of AWS Lambda functions at a time, for the estimate',
  },
  budget: {
    group: 'Budget',
    kind: 'list',
    separator: ',',
    value: 'LIMIT,…',
    expected: 'bytes such as 50G or 2T, files such as 100000files, or dollars such as 20USD, each once',
    text: 'stop after this many bytes, files or dollars; batches in progress are finished',
    defaultText: 'no limit',
  },
  egressPrice: {
    group: 'Budget',
    kind: 'text',
    expected: 'dollars such as 0.09',
    value: 'DOLLARS',
    text: 'price of a gigabyte (10^9 bytes) of traffic from the source',
    defaultText: 'not included',
  },
} as const satisfies Record<string, OptionSpec>;
