import { cdnOptionNames, placeOptions, storeOptions } from './option-groups.ts';
import type { VerbSpec } from './verb-spec.ts';

/** The library is a state on this machine or, if Redis and journal are named, a cluster's. */
const place = [...storeOptions, 'state', ...placeOptions] as const;

const look = {
  group: 'Look and decide',
  overrides: {
    redis: { text: 'Redis server of the cluster that is meant', defaultText: 'none: the state of copies from here' },
    journal: { text: 'journal of the cluster that is meant' },
  },
} as const;

const destinationWord = [
  'destination',
  'as it was given to copy: s3://bucket/prefix or a folder; left out with --state',
] as const;

const videoWord = ['video', 'ids; all videos when none is named'] as const;
const namedVideos = ['video', 'ids'] as const;
const onCluster = '--journal s3://media-private/journal --redis redis://redis.example';

/** Verbs that inspect a library or decide about its videos. */
export const controlVerbs = {
  status: {
    ...look,
    summary: 'tell how far a library has come',
    words: '<destination> [video…]',
    wordTexts: [destinationWord, videoWord],
    options: [...place, 'all', 'json', 'config'],
    examples: [
      ['sums, and what needs attention', 'flants status s3://media/vod'],
      ['each video', 'flants status s3://media/vod --all'],
      ['one of them', 'flants status s3://media/vod class-42'],
    ],
    exitNote: '2 means that some of it is not whole, or not yet.',
  },
  retry: {
    ...look,
    summary: 'open failed files again; the next copy, or the cluster, takes them up',
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
    summary: 'let a video be published without a file that cannot be had',
    words: '<destination> <video> <file> --reason TEXT',
    wordTexts: [
      destinationWord,
      ['video', 'id of the video'],
      ['file', 'key of the failed file, as status and reports name it'],
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
    summary: 'write the record of every video and file',
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
    summary: 'write a page that plays the latest copy again in 30 seconds, every file a character',
    words: '<destination>',
    wordTexts: [destinationWord],
    options: ['out', 'titles', ...place, 'config'],
    overrides: { out: { text: 'write the page to this file; must be given' } },
    examples: [['for whoever was not there', 'flants replay s3://media/vod --out replay.html']],
  },
  videos: {
    ...look,
    summary: 'list the videos, each in one line',
    words: '<destination>',
    wordTexts: [destinationWord],
    options: ['inState', 'limit', ...place, 'json', 'config'],
    examples: [['what needs a decision', `flants videos s3://media/vod --in-state incomplete,invalid ${onCluster}`]],
  },
  show: {
    ...look,
    summary: 'tell all that is known of a video',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one video', `flants show s3://media/vod class-42 ${onCluster}`]],
  },
  submit: {
    ...look,
    summary: 'add a video that no catalogue names, or have a known one looked at again',
    words: '<destination> <playlist>',
    wordTexts: [destinationWord, ['playlist', 'URL of its playlist']],
    options: ['id', 'title', 'fresh', ...place, 'json', 'config'],
    examples: [
      [
        'before all others',
        `flants submit s3://media/vod https://cdn.example/42/master.m3u8 --id class-42 --fresh ${onCluster}`,
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
    summary: 'go on with videos that are paused',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one of them', `flants resume s3://media/vod class-42 ${onCluster}`]],
  },
  cancel: {
    ...look,
    summary: 'end work on videos for good; what is at the destination stays',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: ['grace', ...place, 'json', 'config'],
    overrides: {
      ...look.overrides,
      grace: { text: 'wait until nothing of them is under way, for at most so long' },
    },
    examples: [['one of them', `flants cancel s3://media/vod class-42 ${onCluster}`]],
  },
  priority: {
    ...look,
    summary: 'put videos before the backlog, or back into it',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: ['fresh', ...place, 'json', 'config'],
    overrides: {
      ...look.overrides,
      fresh: { default: true, text: 'put them back among the others', defaultText: 'they are put before them' },
    },
    examples: [
      ['before all others', `flants priority s3://media/vod class-42 ${onCluster}`],
      ['back again', `flants priority s3://media/vod class-42 --no-fresh ${onCluster}`],
    ],
  },
  purge: {
    ...look,
    summary: 'forget videos that are cancelled, invalid, or gone from the catalogue; their objects stay',
    words: '<destination> <video…>',
    wordTexts: [destinationWord, namedVideos],
    options: [...place, 'json', 'config'],
    examples: [['one of them', `flants purge s3://media/vod class-42 ${onCluster}`]],
  },
  import: {
    ...look,
    group: 'Run as a cluster',
    summary: 'take what copies from here have done over into the journal of a cluster',
    words: '<destination>',
    wordTexts: [['destination', 'as it was given to copy, and is given to the cluster']],
    options: [...place, 'json', 'config'],
    overrides: {
      redis: { defaultText: 'redis://127.0.0.1:6379' },
      state: { text: 'folder of the state to take over' },
      journal: { text: 'journal of the cluster' },
    },
    examples: [['a pilot goes on in the cluster', `flants import s3://media/vod ${onCluster}`]],
  },
} as const satisfies Record<string, VerbSpec>;
