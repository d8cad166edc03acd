import type { OptionSpec } from './option-spec.ts';
import { specOf } from './options.ts';
import type { OptionName } from './options.ts';

/** A verb as plain data: its words, its options, its help. */
export interface VerbSpec {
  readonly summary: string;
  /** What follows the verb, for the usage line. */
  readonly words: string;
  readonly wordTexts: readonly (readonly [word: string, text: string])[];
  readonly options: readonly OptionName[];
  /** What defaults are called here, where this verb has others than the rest. */
  readonly defaultTexts?: Readonly<Partial<Record<OptionName, string>>>;
  readonly examples: readonly (readonly [text: string, command: string])[];
  /** Where this verb's exit codes need a word more than the common table. */
  readonly exitNote?: string;
}

const store = ['endpoint', 'region', 'profile', 'ca'] as const;

const destinationWord = [
  'destination',
  'as it was given to copy: s3://bucket/prefix or a folder; left out with --state',
] as const;

const videoWord = ['video', 'ids; all videos when none is named'] as const;

/** Every verb, in the order of the help. */
export const verbs = {
  copy: {
    summary: 'copy videos to a bucket or folder, and publish each one that is whole',
    words: '<source…> <destination>',
    wordTexts: [
      ['source', 'URL or path of a playlist, or a catalogue of videos (.json, .ndjson, .jsonl)'],
      ['destination', 's3://bucket/prefix or a folder'],
    ],
    options: [
      'ids', 'limit', 'existing', 'recheck', 'sha256', 'external', 'dryRun',
      'header', 'headerFile', 'root', 'tokenParams', 'sourceTimeout',
      ...store, 'concurrency', 'threads', 'bwlimit',
      'json', 'report', 'progress', 'logLevel', 'state', 'config',
    ], // prettier-ignore
    examples: [
      ['one video', 'flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod'],
      ['a library, gently', 'flants copy videos.ndjson s3://media/vod --bwlimit 20M --concurrency 16'],
      ['a store of your own', 'flants copy videos.json s3://media/vod --endpoint https://minio.example:9000'],
      ['what would be copied', 'flants copy videos.json s3://media/vod --dry-run'],
    ],
  },
  verify: {
    summary: 'prove from the destination alone that a copy is whole',
    words: '<playlist>',
    wordTexts: [['playlist', 'at the destination: s3://bucket/…/master.m3u8, a path, or an http(s) URL']],
    options: ['checksums', 'header', 'headerFile', 'sourceTimeout', ...store, 'concurrency', 'json', 'state', 'config'],
    examples: [
      ['every object is there', 'flants verify s3://media/vod/class/42/master.m3u8'],
      [
        'every byte is the one that was copied',
        'flants verify s3://media/vod/class/42/master.m3u8 --checksums --state DIR',
      ],
    ],
    defaultTexts: { state: 'none: the destination alone is looked at' },
    exitNote: '2 means that the copy is not whole; 3 that it points outside itself, or lacks files that were accepted.',
  },
  status: {
    summary: 'tell how far each video has come',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: ['endpoint', 'json', 'state', 'config'],
    examples: [
      ['all videos', 'flants status s3://media/vod'],
      ['one of them', 'flants status s3://media/vod class-42'],
    ],
    exitNote: '2 means that some of it is not whole, or not yet.',
  },
  retry: {
    summary: 'open failed files again; the next copy takes them up',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: ['failedBy', 'endpoint', 'json', 'state', 'config'],
    examples: [
      ['everything that failed', 'flants retry s3://media/vod'],
      ['what the source did not have', 'flants retry s3://media/vod --failed-by source.not-found'],
    ],
  },
  accept: {
    summary: 'let a video be published without a file that cannot be had',
    words: '<destination> <video> <file> --reason TEXT',
    wordTexts: [
      destinationWord,
      ['video', 'id of the video'],
      ['file', 'key of the failed file, as status and reports name it'],
    ],
    options: ['reason', 'endpoint', 'json', 'state', 'config'],
    examples: [
      [
        'a segment that is lost',
        'flants accept s3://media/vod class-42 class/42/seg-0107.ts --reason "lost at the origin"',
      ],
    ],
  },
  report: {
    summary: 'write the record of every video and file',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: ['format', 'output', 'endpoint', 'state', 'config'],
    examples: [
      ['the whole library', 'flants report s3://media/vod > report.json'],
      ['one line per file', 'flants report s3://media/vod --format ndjson --output files.ndjson'],
    ],
  },
} as const satisfies Record<string, VerbSpec>;

/** The spec of an option as this verb has it. */
export function specIn({ defaultTexts }: VerbSpec, name: OptionName): OptionSpec {
  const defaultText = defaultTexts?.[name];
  return { ...specOf(name), ...(defaultText === undefined ? {} : { defaultText }) };
}

/** Name of a verb. */
export type VerbName = keyof typeof verbs;

/** The exit codes of every verb. */
export const exitCodes = {
  whole: 0,
  notStarted: 1,
  failed: 2,
  warnings: 3,
  interrupted: 130,
} as const;

/** What each exit code means, for help and docs. */
export const exitCodeTexts: readonly (readonly [code: number, text: string])[] = [
  [exitCodes.whole, 'all whole'],
  [exitCodes.notStarted, 'nothing could start: usage, rights, or no video readable'],
  [exitCodes.failed, 'something failed, and is named'],
  [exitCodes.warnings, 'whole, with warnings'],
  [exitCodes.interrupted, 'interrupted; the same command goes on where it stopped'],
];
