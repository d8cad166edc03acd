import type { OptionSpec } from './option-spec.ts';

/** Options that choose videos of a catalogue, and what else of them to take. */
export const selectionOptions = {
  since: {
    group: 'What to copy',
    kind: 'text',
    value: 'WHEN',
    expected: 'a date such as 2026-11-23, or a time before now such as 36h or 7d',
    text: 'only videos recorded since then: a date, or a time before now such as 36h or 7d; a video without a date is left out',
    defaultText: 'all',
  },
  include: {
    group: 'What to copy',
    kind: 'list',
    separator: '\n',
    value: 'PATTERN',
    text: 'only videos whose id or title matches, such as "math-*"; * is any text; may be repeated',
    defaultText: 'all',
  },
  exclude: {
    group: 'What to copy',
    kind: 'list',
    separator: '\n',
    value: 'PATTERN',
    text: 'no videos whose id or title matches, also if --include does; may be repeated',
  },
  sample: {
    group: 'What to copy',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'only N of these videos, chosen at random; a later run chooses the same ones, and a larger N adds to them',
    defaultText: 'all',
  },
  seed: {
    group: 'What to copy',
    kind: 'text',
    value: 'TEXT',
    text: 'another seed takes another sample',
    defaultText: '1',
  },
  sideFiles: {
    group: 'What to copy',
    kind: 'list',
    separator: ',',
    value: 'ROLE=FIELD,…',
    expected:
      'values such as poster or captions=subtitles.url, of the roles poster, thumbnails, captions and attachment',
    text: 'copy files that no playlist names too: a role, and the field of the catalogue that has the URL or a list of them; roles are poster, thumbnails (a WebVTT track, with its images), captions and attachment',
  },
} as const satisfies Record<string, OptionSpec>;
