import {
  boundOptions,
  catalogueOptionNames,
  cdnOptionNames,
  executorOptions,
  fileOptions,
  limitOptions,
  placeOptions,
  selectionOptionNames,
  spendingOptions,
  storeOptions,
  outputOptions,
} from './option-groups.ts';
import type { VerbSpec } from './verb-spec.ts';

/** Shared by all processes, so that one environment or config file serves them all. */
const common = [
  ...placeOptions, 'concurrency', 'threads', ...limitOptions, ...spendingOptions, ...executorOptions, ...fileOptions, ...cdnOptionNames, ...storeOptions, ...catalogueOptionNames,
  ...selectionOptionNames,   ...boundOptions, ...outputOptions, 'logLevel', 'logFormat', 'config',
] as const; // prettier-ignore

const words = {
  group: 'Run as a cluster',
  words: '[source…] <destination>',
  wordTexts: [
    ['source', 'catalogue (.csv, .json, .ndjson), playlist, or mongodb:// URL; the scanner needs one'],
    ['destination', 's3://bucket/prefix or a folder that every process reaches'],
  ],
  exitNote: '0 also means that it was asked to stop and did so cleanly.',
} as const;

const overrides = {
  redis: { defaultText: 'redis://127.0.0.1:6379' },
  bwlimit: {
    text: 'maximum bytes per second of all processes together, such as 20M (MiB/s), or a timetable in local time such as "08:00,10M 23:00,off"',
  },
  sourceTpslimit: { text: 'maximum requests per second to the source, from all processes together' },
  destinationTpslimit: { text: 'maximum requests per second to the destination, from all processes together' },
  concurrency: {
    text: 'maximum number of files in flight per transfer process, or with --executor lambda per function; FLAnts uses only as many as help',
  },
  budget: {
    text: 'start no more batches once all processes together have fetched this many bytes or files, or spent this many dollars, since the library first had a budget; batches in progress are finished. The value that the coordinator or aggregator was last started with applies',
  },
  maxConnections: { text: 'maximum number of files in flight in all functions of a transfer process' },
  patience: {
    text: 'how long to wait for a source or destination that is down or overloaded when nothing else of a video is left to do; then its files fail',
  },
  listen: { defaultText: '127.0.0.1, any free port' },
} as const;

const api = { defaultText: '127.0.0.1:4010' } as const;
const example = 's3://media/vod --journal s3://media-private/journal';

/** Verbs that run the processes of a cluster. */
export const clusterVerbs = {
  up: {
    ...words,
    summary: 'run a whole cluster on this machine, and restart processes that end',
    options: ['crawlers', 'transfers', ...common],
    overrides: {
      ...overrides,
      threads: {
        text: 'worker threads per transfer process',
        defaultText: 'the cores but one, divided among the processes',
      },
      listen: {
        ...api,
        text: 'address of the coordinator for the API, health and metrics; the other processes take free ports',
      },
      logFormat: { defaultText: 'text on a terminal, else json' },
    },
    examples: [
      ['a catalogue file, Redis on this machine', `flants up videos.ndjson ${example}`],
      ['MongoDB, its URL in the environment', `FLANTS_CATALOGUE=mongodb://… flants up ${example}`],
      ['two terabytes, and no more', `flants up videos.ndjson ${example} --budget 2T`],
    ],
  },
  coordinator: {
    ...words,
    summary: 'run scanner, crawler and aggregator in one process',
    options: ['withTransfer', ...common],
    overrides: { ...overrides, listen: api },
    examples: [
      ['with flants transfer on other machines', `flants coordinator videos.ndjson ${example}`],
      ['all of a cluster in one process', `flants coordinator videos.ndjson ${example} --with-transfer`],
    ],
  },
  scanner: {
    ...words,
    summary: 'read the catalogue periodically, and queue its videos',
    options: common,
    overrides,
    examples: [['with rules', `flants scanner videos.ndjson ${example} --rule 'state = broadcast'`]],
  },
  crawler: {
    ...words,
    summary: 'read playlists, and plan each video',
    options: common,
    overrides,
    examples: [['on any number of machines', `flants crawler ${example} --redis rediss://redis.example`]],
  },
  transfer: {
    ...words,
    summary: 'copy files in batches',
    options: common,
    overrides,
    examples: [
      ['on any number of machines', `flants transfer ${example} --redis rediss://redis.example`],
      ['by functions of AWS Lambda', `flants transfer ${example} --executor lambda --function flants`],
    ],
  },
  aggregator: {
    ...words,
    summary: 'count, publish complete videos, report, alert, and serve the API',
    options: common,
    overrides: { ...overrides, listen: api },
    examples: [['with changes by the API', `FLANTS_TOKEN=… flants aggregator ${example}`]],
  },
  health: {
    group: 'Run as a cluster',
    summary: 'ask a process on this machine whether it is alive, for container health checks',
    words: '',
    wordTexts: [],
    options: ['listen', 'config'],
    overrides: {
      listen: {
        text: 'address of the process, as given to it; for 0.0.0.0 and [::] the loopback is asked',
        defaultText: 'nothing is asked',
      },
    },
    examples: [['a role with an address of its own', 'flants health --listen 127.0.0.1:4010']],
    exitNote: '1 means that it is not alive. Without an address, as during a copy, there is nothing to ask: 0.',
  },
} as const satisfies Record<string, VerbSpec>;
