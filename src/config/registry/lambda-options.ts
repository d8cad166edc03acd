import type { OptionSpec } from './option-spec.ts';

/** Options of the executor: where batches are copied. */
export const lambdaOptions = {
  executor: {
    group: 'AWS Lambda',
    kind: 'choice',
    choices: ['threads', 'lambda'],
    default: 'threads',
    value: 'WHERE',
    text: 'where to copy files: on threads of this process, or on AWS Lambda',
  },
  function: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'name or ARN of the function; flants lambda bundle builds it',
  },
  qualifier: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'version or alias of the function',
    defaultText: 'the latest deployment',
  },
  lambdaEndpoint: {
    group: 'AWS Lambda',
    kind: 'url',
    value: 'URL',
    text: 'URL of a service that is compatible with AWS Lambda',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_LAMBDA', 'AWS_ENDPOINT_URL'],
  },
  headerParameter: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'AWS Systems Manager parameter with the headers that functions send to the source, one per line; /aws/reference/secretsmanager/NAME for a secret',
  },
  maxConnections: {
    group: 'AWS Lambda',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'maximum number of files in flight in all functions together',
    defaultText: 'no limit beyond that of each function',
  },
  prices: {
    group: 'AWS Lambda',
    kind: 'path',
    value: 'FILE',
    text: 'prices for estimates, as JSON',
    defaultText: 'prices of us-east-1 at the time of this release',
  },
} as const satisfies Record<string, OptionSpec>;
