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
    text: 'only these videos of the catalogue',
  },
  limit: {
    group: 'What to copy',
    kind: 'integer',
    min: 1,
    max: 1_000_000_000,
    value: 'N',
    text: 'only the first N videos',
    defaultText: 'all',
  },
  ...selectionOptions,
  existing: {
    group: 'What to copy',
    kind: 'choice',
    choices: ['verify', 'skip', 'overwrite'],
    default: 'verify',
    value: 'WHAT',
    text: 'where an object stands already: verify that its bytes are the same, skip it unseen, or overwrite it',
  },
  recheck: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'ask the source for each file again, also where the playlist has not changed',
  },
  sha256: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'put a SHA-256 in the evidence of each file that this run fetches',
  },
  assumeEnded: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'take a recording without EXT-X-ENDLIST as over once nothing was added to it for three target durations, as when its encoder has died',
  },
  external: {
    group: 'What to copy',
    kind: 'choice',
    choices: ['refuse', 'keep'],
    default: 'refuse',
    value: 'WHAT',
    text: 'a URI that cannot be copied: refuse the video, or keep the URI as it is and report it',
  },
  dryRun: {
    group: 'What to copy',
    kind: 'switch',
    default: false,
    text: 'plan and report, and write nothing to the destination',
  },

  baseUrl: {
    group: 'Source',
    kind: 'url',
    value: 'URL',
    text: 'URL that keys of the bucket, or paths of the log, are relative to',
    defaultText: 's3:// addresses; of a log, the hosts that it names',
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
    text: 'query parameters that only grant access, beside the usual ones; * at the end matches any rest',
  },
  keyParams: {
    group: 'Source',
    kind: 'list',
    separator: ',',
    value: 'NAME,…',
    text: 'query parameters that choose the object, although their names look like access tokens',
  },
  sessionPattern: {
    group: 'Source',
    kind: 'list',
    separator: '\n',
    value: 'REGEX',
    text: 'what of a path belongs to a session or a grant and not to the name, beside the usual forms; the first group, or all that matches; may be given several times',
  },
  allowHost: {
    group: 'Source',
    kind: 'list',
    separator: ',',
    value: 'HOST',
    expected: 'a host, host:port, or a network such as 10.0.0.0/8',
    text: 'sources may lead here although the address is not public and is no source that was named: a host, host:port or network; may be repeated',
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
    text: 'give up on a source that is silent for so long',
  },
  patience: {
    group: 'Source',
    kind: 'duration',
    orZero: true,
    default: '2m',
    value: 'TIME',
    text: 'once nothing else is left to do, wait so long for a source or destination that is down; then what waits for it fails',
  },

  endpoint: {
    group: 'Destination',
    kind: 'url',
    value: 'URL',
    text: 'an S3-compatible store',
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
    text: 'profile of the AWS configuration to take credentials from',
  },
  ca: {
    group: 'Destination',
    kind: 'path',
    value: 'FILE',
    text: 'further certificate authorities to trust, PEM, for source and endpoint',
  },

  ...proxyOptions,

  concurrency: {
    group: 'Speed',
    kind: 'integer',
    min: 1,
    max: 4096,
    value: 'N',
    text: 'most files in flight; as many are used as make it faster',
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
    text: 'most bytes per second in all, such as 20M (MiB/s), or a timetable such as "08:00,10M 23:00,off", also with days ("Mon-08:00,10M Fri-18:00,off"), in local time',
    defaultText: 'no limit',
  },
  sourceTpslimit: {
    group: 'Speed',
    kind: 'text',
    value: 'N',
    expected: 'requests per second such as 10 or 0.5',
    text: 'most requests per second to the source, such as 10 or 0.5',
    defaultText: 'no limit',
  },
  destinationTpslimit: {
    group: 'Speed',
    kind: 'text',
    value: 'N',
    expected: 'requests per second such as 10 or 0.5',
    text: 'most requests per second to the destination',
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
    text: 'only files that failed with this code, such as source.not-found',
  },
  reason: {
    group: 'What to accept',
    kind: 'text',
    value: 'TEXT',
    text: 'why the video may be published without the file; kept in every report; must be given',
  },
  checksums: {
    group: 'What to compare',
    kind: 'switch',
    default: false,
    text: 'read every byte, and compare checksums with those of --state, else with those that S3 keeps',
  },

  ...catalogueOptions,
  ...clusterOptions,
  ...controlVerbOptions,
  ...setupOptions,

  state: {
    group: 'State',
    kind: 'path',
    value: 'DIR',
    text: 'folder of the state',
    defaultText: 'one per destination below ~/.local/state/flants',
  },
  ...dashboardOptions,
  config: {
    group: 'Configuration',
    kind: 'path',
    value: 'FILE',
    text: 'options, sources and destination in YAML or JSON; environment and flags override them',
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
