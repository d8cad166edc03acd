import { cdnOptionNames, placeOptions, storeOptions } from './option-groups.ts';
import type { VerbSpec } from './verb-spec.ts';

/** The library is a state on this machine or, if Redis and journal are named, a cluster's. */
const place = [...storeOptions, 'state', ...placeOptions] as const;

const look = {
  group: 'Inspect and control',
  overrides: {
    redis: { text: 'Redis server of the cluster', defaultText: 'none: the state of copies from this machine' },
    journal: { text: 'journal of the cluster' },
  },
} as const;

const destinationWord = ['destination', 'the destination that you gave to copy; omit it with --state'] as const;

const videoWord = ['video', 'ids; all videos if you name none'] as const;
const namedVideos = ['video', 'ids'] as const;
const onCluster = '--journal s3://media-private/journal --redis redis://redis.example';

/** Verbs that inspect a library or decide about its videos. */
export const controlVerbs = {
  status: {
    ...look,
    summary: 'show the progress of a library, and what failed',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: [...place, 'all', 'json', 'config'],
    examples: [
      ['sums, and what needs attention', 'flants status s3://media/vod'],
      ['each video', 'flants status s3://media/vod --all'],
      ['one of them', 'flants status s3://media/vod class-42'],
    ],
    exitNote: '2 means that some videos are not complete, or not yet.',
  },
  retry: {
    ...look,
    summary: 'mark failed files to be tried again by the next copy, or by the cluster',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: ['failedBy', ...place, 'json', 'config'],
    examples: [
      ['everything that failed', 'flants retry s3://media/vod'],
      ['what the source did not have', 'flants retry s3://media/vod --failed-by source.not-found'],
    ],
  },
  accept: {
    ...look,
    summary: 'publish a video without a file that is lost',
    words: '<destination> <video> <file> --reason TEXT',
    wordTexts: [
      destinationWord,
      ['video', 'id of the video'],
      ['file', 'key of the failed file, as status and reports show it'],
    ],
    options: ['reason', 'headerPolicy', ...cdnOptionNames, ...place, 'json', 'config'],
    examples: [
      [
        'a segment that is lost',
        'flants accept s3://media/vod class-42 class/42/seg-0107.ts --reason "lost at the origin"',
      ],
    ],
  },
  report: {
    ...look,
    summary: 'write a report of every video and file',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: ['format', 'output', 'html', 'csv', ...place, 'config'],
    examples: [
      ['the whole library', 'flants report s3://media/vod > report.json'],
      ['for people, and for a spreadsheet', 'flants report s3://media/vod --html report.html --csv videos.csv'],
      ['one line per file', 'flants report s3://media/vod --format ndjson --output files.ndjson'],
    ],
  },
  replay: {
    ...look,
    summary: 'write a page that replays the latest copy in 30 seconds',
    words: '<destination>',
    wordTexts: [destinationWord],
    options: ['out', 'titles', ...place, 'config'],
    overrides: { out: { text: 'write the page to this file; required' } },
    examples: [['for whoever was not there', 'flants replay s3://media/vod --out replay.html']],
  },
  videos: {
    ...look,
    summary: 'list the videos, one per line',
    words: '<destination>',
    wordTexts: [destinationWord],
    options: ['inState', 'limit', ...place, 'json', 'config'],
    examples: [['what needs a decision', `flants videos s3://media/vod --in-state incomplete,invalid ${onCluster}`]],
  },
  show: {
    ...look,
    summary: 'show everything about a video',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one video', `flants show s3://media/vod class-42 ${onCluster}`]],
  },
  submit: {
    ...look,
    summary: 'add a video, or check a known one again',
    words: '<destination> [playlist]',
    wordTexts: [destinationWord, ['playlist', 'URL of its playlist; omit it to name a known video by --id']],
    options: ['id', 'title', 'fresh', ...place, 'json', 'config'],
    examples: [
      [
        'before all others',
        `flants submit s3://media/vod https://cdn.example/42/master.m3u8 --id class-42 --fresh ${onCluster}`,
      ],
      [
        'one that was cancelled, or whose source has changed',
        `flants submit s3://media/vod --id class-42 ${onCluster}`,
      ],
    ],
  },
  pause: {
    ...look,
    summary: 'stop work on videos until they are resumed',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['two of them', `flants pause s3://media/vod class-42 class-43 ${onCluster}`]],
  },
  resume: {
    ...look,
    summary: 'continue paused videos',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one of them', `flants resume s3://media/vod class-42 ${onCluster}`]],
  },
  cancel: {
    ...look,
    summary: 'stop work on videos for good; their objects stay',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: ['grace', ...place, 'json', 'config'],
    overrides: {
      ...look.overrides,
      grace: { text: 'how long to wait for work in progress on them' },
    },
    examples: [['one of them', `flants cancel s3://media/vod class-42 ${onCluster}`]],
  },
  priority: {
    ...look,
    summary: 'move videos ahead of the backlog, or back into it',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: ['fresh', ...place, 'json', 'config'],
    overrides: {
      ...look.overrides,
      fresh: { default: true, text: 'move them back into the backlog', defaultText: 'move them ahead' },
    },
    examples: [
      ['before all others', `flants priority s3://media/vod class-42 ${onCluster}`],
      ['back again', `flants priority s3://media/vod class-42 --no-fresh ${onCluster}`],
    ],
  },
  purge: {
    ...look,
    summary: 'forget videos that are cancelled, invalid or no longer in the catalogue; their objects stay',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one of them', `flants purge s3://media/vod class-42 ${onCluster}`]],
  },
  import: {
    ...look,
    group: 'Run as a cluster',
    summary: 'import the state of local copies into the journal of a cluster',
    words: '<destination>',
    wordTexts: [['destination', 'the destination that you gave to copy and give to the cluster']],
    options: [...place, 'json', 'config'],
    overrides: {
      redis: { defaultText: 'redis://127.0.0.1:6379' },
      state: { text: 'folder of the state to import' },
      journal: { text: 'journal of the cluster' },
    },
    examples: [['a pilot goes on in the cluster', `flants import s3://media/vod ${onCluster}`]],
  },
} as const satisfies Record<string, VerbSpec>;
