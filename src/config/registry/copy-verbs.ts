import {
  apiOptions,
  cdnOptionNames,
  executorOptions,
  limitOptions,
  placeOptions,
  selectionOptionNames,
  sourceStoreOptions,
  spendingOptions,
  storeOptions,
} from './option-groups.ts';
import type { VerbSpec } from './verb-spec.ts';

const sourceText =
  'URL, s3:// address or path of a playlist, or a catalogue of videos (.csv, .json, .ndjson), or - for one on standard input';

/** Verbs that do their work in one process. */
export const copyVerbs = {
  copy: {
    group: 'Copy from this machine',
    summary: 'copy videos to a bucket or folder, and publish each one when it is complete',
    words: '[source…] <destination>',
    wordTexts: [
      ['source', sourceText],
      ['destination', 's3://bucket/prefix or a folder'],
    ],
    options: [
      'ids', 'limit', ...selectionOptionNames, ...apiOptions, 'existing', 'recheck', 'sha256', 'external', 'assumeEnded', 'headerPolicy', ...cdnOptionNames, 'dryRun',
      'header', 'headerFile', 'root', 'tokenParams', 'sessionPattern', 'keyParams', 'allowHost', ...sourceStoreOptions, 'sourceTimeout', 'patience',
      ...storeOptions, 'concurrency', 'threads', ...limitOptions, ...spendingOptions, ...executorOptions, 'maxBatches',
      'dashboard', 'dashboardLinger', 'token', 'tokenFile', 'requireTokenToRead', 'publicUrl',
      'json', 'report', 'progress', 'verbose', 'logLevel', 'state', 'config',
    ], // prettier-ignore
    overrides: {
      concurrency: {
        text: 'maximum number of files in flight, with --executor lambda per function; FLAnts uses only as many as help',
      },
      threads: { defaultText: 'one for each core but one' },
      maxBatches: {
        group: 'AWS Lambda',
        text: 'maximum number of functions at a time, each with up to 100 files',
        defaultText: '100 less than the account allows',
      },
      publicUrl: {
        text: 'URL under which players reach the destination, so that the page can play published videos',
        defaultText: 'a folder is played from this machine, a bucket not at all',
      },
    },
    examples: [
      ['one video', 'flants copy https://cdn.example/class/42/master.m3u8 s3://media/vod'],
      ['a library, gently', 'flants copy videos.ndjson s3://media/vod --bwlimit 20M --concurrency 16'],
      ['a pilot of twenty videos', 'flants copy videos.csv s3://media/vod --sample 20'],
      [
        'a catalogue from another program',
        'psql -c "copy (select id, url from videos) to stdout csv header" | flants copy - s3://media/vod',
      ],
      [
        'a catalogue from an API',
        'flants copy s3://media/vod --catalogue-url https://api.example/videos --catalogue-rows data.items',
      ],
      ['the latest week, without trailers', "flants copy videos.csv s3://media/vod --since 7d --exclude '*trailer*'"],
      [
        'at full speed at night only',
        'flants copy videos.ndjson s3://media/vod --bwlimit "08:00,10M 23:00,off" --source-tpslimit 50',
      ],
      ['a store of your own', 'flants copy videos.json s3://media/vod --endpoint https://minio.example:9000'],
      [
        'from a bucket of another store',
        'flants copy s3://old/vod/1/master.m3u8 s3://media/vod --source-endpoint https://minio.example:9000',
      ],
      ['fifty gigabytes of it each night', 'flants copy videos.ndjson s3://media/vod --budget 50G'],
      ['on a page', 'flants copy videos.json s3://media/vod --dashboard'],
      ['what would be copied', 'flants copy videos.json s3://media/vod --dry-run'],
      ['by functions of AWS Lambda', 'flants copy videos.json s3://media/vod --executor lambda --function flants'],
      ['behind CloudFront', 'flants copy videos.json s3://media/vod --invalidate E2QWRUHAPOMQZL'],
    ],
  },
  plan: {
    group: 'Copy from this machine',
    summary: 'show what a copy would move and refuse; with --cost also its price and duration',
    words: '[source…] [destination]',
    wordTexts: [
      ['source', sourceText],
      ['destination', 's3://bucket/prefix or a folder; if it has a state, the plan shows what is left to do'],
    ],
    options: [
      'ids', 'limit', ...selectionOptionNames, ...apiOptions, 'external', 'assumeEnded', 'sampleFiles', 'sampleVideos',
      'header', 'headerFile', 'root', 'tokenParams', 'sessionPattern', 'keyParams', 'allowHost', ...sourceStoreOptions, 'sourceTimeout',
      'endpoint', 'ca', 'httpProxy', 'httpsProxy', 'proxyBypass', 'concurrency', 'threads', 'bwlimit',
      'cost', 'lambda', 'egressPrice', 'prices', 'maxConnections', 'json', 'progress', 'logLevel', 'state', 'config',
    ], // prettier-ignore
    overrides: {
      seed: { text: 'the same seed takes the same sample' },
      concurrency: {
        text: 'requests for sizes at a time; also the number of files in flight for the estimate',
        defaultText: '32; 256',
      },
      threads: { text: 'cores of this machine, for the estimate', defaultText: 'all' },
      bwlimit: { text: 'bytes per second, for the estimate, such as 20M (MiB/s)' },
      egressPrice: { group: 'Plan' },
      prices: { group: 'Plan' },
      maxConnections: { group: 'Plan', text: 'files in flight in all functions together, for the estimate' },
      state: { defaultText: 'the one of the destination, if it exists' },
    },
    examples: [
      ['what there is, before anything is decided', 'flants plan videos.ndjson'],
      ['what is left to do', 'flants plan videos.ndjson s3://media/vod'],
      [
        'dollars and hours of a large library, from some of its videos',
        'flants plan videos.ndjson s3://media/vod --sample-videos 300 --cost --lambda 500 --egress-price 0.09',
      ],
    ],
    exitNote: '0 means that a copy could run without refusals or warnings. A plan writes nothing.',
  },
  discover: {
    group: 'Copy from this machine',
    summary: 'make a catalogue from a bucket or an access log',
    words: '<place>',
    wordTexts: [
      [
        'place',
        's3://bucket/prefix, or an access log of the CDN: CloudFront standard, W3C extended, common or combined; may be compressed by gzip',
      ],
    ],
    options: [
      'baseUrl', 'out', 'header', 'headerFile', 'allowHost', 'sourceTimeout', ...storeOptions, 'concurrency', 'config',
    ], // prettier-ignore
    overrides: {
      out: { text: 'write the catalogue to this file', defaultText: 'standard output' },
      concurrency: { text: 'playlists to read at a time', defaultText: '32' },
    },
    examples: [
      ['every video of a private bucket', 'flants discover s3://old-media/vod --out videos.ndjson'],
      [
        'every video of a bucket, to be read through its CDN',
        'flants discover s3://old-media/vod --base-url https://cdn.example/ --out videos.ndjson',
      ],
      [
        'what viewers have asked for',
        'flants discover access.log.gz --base-url https://cdn.example/ --out videos.ndjson',
      ],
    ],
    exitNote: '3 means that some playlists could not be read; the output names them.',
  },
  verify: {
    group: 'Copy from this machine',
    summary: 'prove that a copy is complete, from the destination alone',
    words: '[catalogue] <playlist or destination>',
    wordTexts: [
      ['catalogue', 'the videos that must be there; without it, verify checks all videos that it finds'],
      ['playlist', 'at the destination: s3://bucket/…/master.m3u8, a path, or an http(s) URL'],
      ['destination', 's3://bucket/prefix or a folder: all videos below it'],
    ],
    options: [
      'checksums',
      'peek',
      ...apiOptions,
      'header',
      'headerFile',
      'allowHost',
      'sourceTimeout',
      ...storeOptions,
      'concurrency',
      'json',
      'state',
      'journal',
      'config',
    ],
    examples: [
      ['every object is there', 'flants verify s3://media/vod/class/42/master.m3u8'],
      ['all videos of a prefix, by one listing', 'flants verify s3://media/vod'],
      ['all videos of a catalogue', 'flants verify videos.json s3://media/vod'],
      ['as players get it through a CDN', 'flants verify https://cdn.example/class/42/master.m3u8'],
      [
        'every byte is the one that was copied',
        'flants verify s3://media/vod/class/42/master.m3u8 --checksums --state DIR',
      ],
      ['no file is cut off, or another kind of file', 'flants verify s3://media/vod --peek'],
      ['all videos of a cluster', 'flants verify s3://media/vod --journal s3://media-private/journal'],
    ],
    overrides: {
      state: { defaultText: 'none: only the destination is checked' },
      journal: {
        text: 'journal of a cluster, for what --state has of a copy: sizes, checksums, names and accepted files; S3 uses the settings of the destination',
        defaultText: 'none: only the destination is checked',
      },
      concurrency: { text: 'files to check at a time', defaultText: '32' },
    },
    exitNote:
      '2 means that the copy is incomplete, or that a CDN delivers it in a way that some players cannot play. 3 means warnings: URIs that lead outside, accepted files that are missing, objects that no playlist names, or headers that could be better.',
  },
  doctor: {
    group: 'Copy from this machine',
    summary: 'check everything that a copy needs, and print how to fix each problem',
    words: '[source…] [destination]',
    wordTexts: [
      ['source', 'the source that you give to copy or to a cluster; without one, no source is checked'],
      ['destination', 's3://bucket/prefix or a folder; doctor writes a small object there and removes it'],
    ],
    options: [
      'header', 'headerFile', 'allowHost', ...sourceStoreOptions, 'sourceTimeout', ...storeOptions, ...executorOptions, 'maxBatches',
      'catalogue', ...apiOptions, 'mongoDatabase', 'mongoCollection', 'mongoFilter', 'mongoFields', 'mongoProjection', 'mongoBatchSize',
      ...placeOptions, 'json', 'state', 'config',
    ], // prettier-ignore
    overrides: {
      redis: { text: 'Redis server of the cluster; it has 3 s to answer', defaultText: 'no cluster is checked' },
      journal: { text: 'journal of the cluster' },
      catalogue: {
        text: 'a further source; a MongoDB server has 3 s to answer. In the environment or config file, the password of a mongodb:// URL stays off the command line',
      },
    },
    examples: [
      ['before the first copy', 'flants doctor https://cdn.example/class/42/master.m3u8 s3://media/vod'],
      ['a cluster', 'flants doctor s3://media/vod --journal s3://media-private/journal --redis redis://redis.example'],
      ['what is in the config file', 'flants doctor s3://media/vod --config flants.json'],
    ],
    exitNote:
      '0 means that everything is in order, 1 that a copy would fail or lose something, 3 that there are warnings.',
  },
  lambda: {
    group: 'Copy from this machine',
    summary: 'build the archive of the AWS Lambda function',
    words: 'bundle',
    wordTexts: [['bundle', 'the archive to upload; its bytes are the same each time']],
    wordChoices: [['bundle']],
    options: ['out', 'json', 'config'],
    overrides: { out: { text: 'write the archive to this file; required' } },
    examples: [['for the console, the AWS command line, or CDK', 'flants lambda bundle --out flants.zip']],
  },
} as const satisfies Record<string, VerbSpec>;
