import type { OptionSpec } from './option-spec.ts';

/** Options that choose videos of a catalogue, and what else of them to take. */
export const selectionOptions = {
  since: {
    group: 'What to copy',
    kind: 'text',
    value: 'WHEN',
    expected: 'a date such as 2026-11-23, or a time before now such as 36h or 7d',
    text: 'take only videos recorded since this date, or within this time, such as 36h or 7d; videos without a date are left out',
    defaultText: 'all',
  },
  include: {
    group: 'What to copy',
    kind: 'list',
    separator: '\n',
    value: 'PATTERN',
    text: 'take only videos whose id or title matches, such as "math-*"; may be repeated',
    defaultText: 'all',
  },
  exclude: {
    group: 'What to copy',
    kind: 'list',
    separator: '\n',
    value: 'PATTERN',
    text: 'leave out videos whose id or title matches, even if --include matches too; may be repeated',
  },
  sample: {
    group: 'What to copy',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'take N of these videos, chosen at random; a later run chooses the same ones, and a larger N adds to them',
    defaultText: 'all',
  },
  seed: {
    group: 'What to copy',
    kind: 'text',
    value: 'TEXT',
    text: 'a different seed takes a different sample',
    defaultText: '1',
  },
  sideFiles: {
    group: 'What to copy',
    kind: 'list',
    separator: ',',
    value: 'ROLE=FIELD,…',
    expected:
      'values such as poster or captions=subtitles.url, of the roles poster, thumbnails, captions and attachment',
    text: 'also copy files that no playlist names: a role, and the catalogue field with their URLs; roles are poster, thumbnails (a WebVTT track with its images), captions and attachment',
  },
} as const satisfies Record<string, OptionSpec>;
