import type { OptionSpec } from './option-spec.ts';

/** Options of what is printed and written for people and programs. */
export const outputSpecs = {
  json: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'machine-readable output on standard output, one JSON value per line',
  },
  report: {
    group: 'Output',
    kind: 'path',
    value: 'FILE',
    text: 'write the report of the whole library to this file at the end, as JSON',
  },
  progress: {
    group: 'Output',
    kind: 'switch',
    default: true,
    text: 'show no progress',
    defaultText: 'progress is shown',
  },
  verbose: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'a line for each video that is published, also in a long library',
  },
  all: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'list each video, also of a long library',
    defaultText: 'what needs attention',
  },
  logLevel: {
    group: 'Output',
    kind: 'choice',
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    value: 'LEVEL',
    text: 'how much to tell on standard error: error, warn, info or debug',
  },
  logFormat: {
    group: 'Output',
    kind: 'choice',
    choices: ['json', 'text'],
    value: 'FORMAT',
    text: 'lines on standard error: json, one object each, or text for people',
    defaultText: 'json',
  },
  format: {
    group: 'Output',
    kind: 'choice',
    choices: ['json', 'ndjson'],
    default: 'json',
    value: 'FORMAT',
    text: 'json: the whole library; ndjson: one line per file',
  },
  html: {
    group: 'Output',
    kind: 'path',
    value: 'FILE',
    text: 'write one page for people to this file: totals, causes, what was accepted, what needs attention first',
  },
  csv: {
    group: 'Output',
    kind: 'path',
    value: 'FILE',
    text: 'write a table for spreadsheets to this file: a line for each video; where videos are named, for each file of them',
  },
  output: { group: 'Output', kind: 'path', value: 'FILE', text: 'write to this file', defaultText: 'standard output' },
  out: { group: 'Output', kind: 'path', value: 'FILE', text: 'write to this file; must be given' },
} as const satisfies Record<string, OptionSpec>;
