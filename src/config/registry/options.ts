import { failureCodes } from '../../domain/failure.ts';
import { catalogueOptions } from './catalogue-options.ts';
import { cdnOptions } from './cdn-options.ts';
import { clusterOptions } from './cluster-options.ts';
import { controlVerbOptions } from './control-options.ts';
import { dashboardOptions } from './dashboard-options.ts';
import { lambdaOptions } from './lambda-options.ts';
import { headerOptions } from './header-options.ts';
import { outputSpecs } from './output-options.ts';
import { planOptions } from './plan-options.ts';
import type { OptionSpec } from './option-spec.ts';
import { proxyOptions } from './proxy-options.ts';
import { setupOptions } from './setup-options.ts';
import { selectionOptions } from './selection-options.ts';
import { mostConcurrency } from '../values/concurrency.ts';

/**
 * The registry of all options. The key is the name in the config file, from which flag and environment variable follow
 * (`flagOf`, `envOf`). It is plain data, so that help need not load zod.
 */
export const optionSpecs = {
  ids: {
    group: 'What to copy',
    kind: 'list',
    separator: ',',
    value: 'ID,…',
    text: 'take only these videos of the catalogue',
  },
  limit: {
    group: 'What to copy',
    kind: 'integer',
    min: 1,
    max: 1_000_000_000,
    value: 'N',
    text: 'take only the first N videos',
    defaultText: 'all',
  },
  ...selectionOptions,
  existing: {
    group: 'What to copy',
    kind: 'choice',
    choices: ['verify', 'skip', 'overwrite'],
    default: 'verify',
    value: 'WHAT',
    text: 'what to do if an object exists: verify that its bytes are the same, skip it without looking, or overwrite it',
  },
  recheck: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'ask the source for every file again, even if the playlist is unchanged',
  },
  sha256: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'record a SHA-256 of each file that this run fetches',
  },
  assumeEnded: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'treat a recording without EXT-X-ENDLIST as finished if nothing was added for three target durations, for example because its encoder died',
  },
  external: {
    group: 'What to copy',
    kind: 'choice',
    choices: ['refuse', 'keep'],
    default: 'refuse',
    value: 'WHAT',
    text: 'what to do with a URI that cannot be copied: refuse the video, or keep the URI and report it',
  },
  dryRun: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'show what would be copied; write nothing to the destination',
  },

  baseUrl: {
    group: 'Source',
    kind: 'url',
    value: 'URL',
    text: 'URL that the keys of the bucket, or the paths in the log, are relative to',
    defaultText: 's3:// URLs; of a log, the hosts in it',
  },
  ...headerOptions,
  ...cdnOptions,
  root: {
    group: 'Source',
    kind: 'path',
    value: 'DIR',
    text: 'folder that the keys of local files are relative to',
    defaultText: 'the deepest one that holds all of them',
  },
  tokenParams: {
    group: 'Source',
    kind: 'list',
    separator: ',',
    value: 'NAME,…',
    text: 'more query parameters that only grant access and do not select the file; a final * matches any ending',
  },
  keyParams: {
    group: 'Source',
    kind: 'list',
    separator: ',',
    value: 'NAME,…',
    text: 'query parameters that select the file although they look like access tokens',
  },
  sessionPattern: {
    group: 'Source',
    kind: 'list',
    separator: '\n',
    value: 'REGEX',
    text: 'regular expression for a part of paths that is a session or an access token, and not part of the file name; the first group is removed, or the whole match; may be repeated',
  },
  allowHost: {
    group: 'Source',
    kind: 'list',
    separator: ',',
    value: 'HOST',
    expected: 'a host, host:port, or a network such as 10.0.0.0/8',
    text: 'allow playlists and redirects to lead to this private address: a host, host:port or network; may be repeated',
  },
  sourceEndpoint: {
    group: 'Source',
    kind: 'url',
    value: 'URL',
    text: 'an S3-compatible store that holds the s3:// sources',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
  },
  sourceRegion: {
    group: 'Source',
    kind: 'text',
    value: 'NAME',
    text: 'region of the s3:// sources; AWS itself tells where a bucket is',
    defaultText: 'that of the profile',
  },
  sourceProfile: {
    group: 'Source',
    kind: 'text',
    value: 'NAME',
    text: 'profile of the AWS configuration to take credentials for s3:// sources from',
    defaultText: 'that of --profile',
  },
  sourceTimeout: {
    group: 'Source',
    kind: 'duration',
    default: '30s',
    value: 'TIME',
    text: 'give up on a source that sends nothing for this long',
  },
  patience: {
    group: 'Source',
    kind: 'duration',
    orZero: true,
    default: '2m',
    value: 'TIME',
    text: 'how long to wait for a source or destination that is down or overloaded when nothing else is left to do; then its files fail',
  },

  endpoint: {
    group: 'Destination',
    kind: 'url',
    value: 'URL',
    text: 'URL of an S3-compatible store',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
  },
  region: {
    group: 'Destination',
    kind: 'text',
    value: 'NAME',
    text: 'region of the bucket',
    defaultText: 'AWS_REGION, or the region of the profile',
    alsoEnv: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
  },
  profile: {
    group: 'Destination',
    kind: 'text',
    value: 'NAME',
    text: 'AWS profile to take credentials from',
  },
  ca: {
    group: 'Destination',
    kind: 'path',
    value: 'FILE',
    text: 'additional certificate authorities to trust (PEM), for source and destination',
  },

  ...proxyOptions,

  concurrency: {
    group: 'Speed',
    kind: 'integer',
    min: 1,
    max: 4096,
    value: 'N',
    text: 'maximum number of files in flight; FLAnts uses only as many as help',
    defaultText: String(mostConcurrency),
  },
  threads: {
    group: 'Speed',
    kind: 'integer',
    min: 1,
    max: 256,
    value: 'N',
    text: 'worker threads',
    defaultText: 'one per core',
  },
  bwlimit: {
    group: 'Speed',
    kind: 'text',
    value: 'RATE',
    expected:
      'bytes per second such as 500K, 20M or 1.5G, or times of the day with a rate or off, such as "08:00,10M 23:00,off" or "Mon-08:00,10M Fri-18:00,off"',
    text: 'maximum bytes per second, such as 20M (MiB/s), or a timetable in local time such as "08:00,10M 23:00,off" or "Mon-08:00,10M Fri-18:00,off"',
    defaultText: 'no limit',
  },
  sourceTpslimit: {
    group: 'Speed',
    kind: 'text',
    value: 'N',
    expected: 'requests per second such as 10 or 0.5',
    text: 'maximum requests per second to the source, such as 10 or 0.5',
    defaultText: 'no limit',
  },
  destinationTpslimit: {
    group: 'Speed',
    kind: 'text',
    value: 'N',
    expected: 'requests per second such as 10 or 0.5',
    text: 'maximum requests per second to the destination',
    defaultText: 'no limit',
  },

  ...lambdaOptions,
  ...planOptions,

  ...outputSpecs,
  failedBy: {
    group: 'What to retry',
    kind: 'text',
    value: 'CODE',
    suggestions: failureCodes,
    text: 'only files that failed with this code, such as source.not-found; docs/errors.md lists all codes',
  },
  reason: {
    group: 'What to accept',
    kind: 'text',
    value: 'TEXT',
    text: 'why the video may be published without the file; required; shown in every report',
  },
  checksums: {
    group: 'What to compare',
    kind: 'switch',
    default: false,
    text: 'read every byte, and compare checksums with those in --state, otherwise with those that S3 keeps',
  },
  peek: {
    group: 'What to compare',
    kind: 'switch',
    default: false,
    text: 'read the beginning of each file too, to tell what it is, and whether it is cut off: one small GET for most; a web address is always read so',
  },

  ...catalogueOptions,
  ...clusterOptions,
  ...controlVerbOptions,
  ...setupOptions,

  state: {
    group: 'State',
    kind: 'path',
    value: 'DIR',
    text: 'folder where the record of the copy is kept',
    defaultText: 'one for each destination in ~/.local/state/flants',
  },
  ...dashboardOptions,
  config: {
    group: 'Configuration',
    kind: 'path',
    value: 'FILE',
    text: 'file with options, sources and destination, in YAML or JSON; environment and flags override it',
    defaultText: 'flants.yaml in the current folder, if there is one',
  },
} as const satisfies Record<string, OptionSpec>;

/** Name of an option, as in the config file. */
export type OptionName = keyof typeof optionSpecs;

/** All names, in the order of the registry. */
export const optionNames = Object.keys(optionSpecs) as readonly OptionName[];

/** The spec of an option, without its literal types. */
export function specOf(name: OptionName): OptionSpec {
  return optionSpecs[name];
}
