import type { OptionSpec } from './option-spec.ts';

/** Options of what is printed and written for people and programs. */
export const outputSpecs = {
  json: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'print JSON for programs on standard output, one value per line',
  },
  report: {
    group: 'Output',
    kind: 'path',
    value: 'FILE',
    text: 'write a JSON report of the whole library to this file at the end',
  },
  progress: {
    group: 'Output',
    kind: 'switch',
    default: true,
    text: 'do not show progress',
    defaultText: 'progress is shown',
  },
  verbose: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'print a line for each published video, even in a large library',
  },
  all: {
    group: 'Output',
    kind: 'switch',
    default: false,
    text: 'list every video, even in a large library',
    defaultText: 'what needs attention',
  },
  logLevel: {
    group: 'Output',
    kind: 'choice',
    choices: ['error', 'warn', 'info', 'debug'],
    default: 'info',
    value: 'LEVEL',
    text: 'level of detail on standard error: error, warn, info or debug',
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
    text: 'write a page for people to this file: what needs attention, totals, causes, what was accepted',
  },
  csv: {
    group: 'Output',
    kind: 'path',
    value: 'FILE',
    text: 'write a table for spreadsheets to this file: a line for each video, or for each file of the videos that you name',
  },
  output: { group: 'Output', kind: 'path', value: 'FILE', text: 'write to this file', defaultText: 'standard output' },
  out: { group: 'Output', kind: 'path', value: 'FILE', text: 'write to this file; required' },
} as const satisfies Record<string, OptionSpec>;
