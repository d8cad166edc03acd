import type { OptionSpec } from './option-spec.ts';

/** Options of the executor: where batches are copied. */
export const lambdaOptions = {
  executor: {
    group: 'AWS Lambda',
    kind: 'choice',
    choices: ['threads', 'lambda'],
    default: 'threads',
    value: 'WHERE',
    text: 'where files are copied: on threads of this process, or by functions of AWS Lambda',
  },
  function: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'name or ARN of the function, made of the archive that flants lambda bundle writes',
  },
  qualifier: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'version or alias of the function',
    defaultText: 'what was deployed last',
  },
  lambdaEndpoint: {
    group: 'AWS Lambda',
    kind: 'url',
    value: 'URL',
    text: 'a service that speaks like AWS Lambda',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_LAMBDA', 'AWS_ENDPOINT_URL'],
  },
  headerParameter: {
    group: 'AWS Lambda',
    kind: 'text',
    value: 'NAME',
    text: 'parameter of AWS Systems Manager with the headers that functions send to the sources, one per line; /aws/reference/secretsmanager/NAME for a secret',
  },
  maxConnections: {
    group: 'AWS Lambda',
    kind: 'integer',
    min: 1,
    max: 1_000_000,
    value: 'N',
    text: 'most files in flight in all functions together; shared out among them',
    defaultText: 'no limit but that of each function',
  },
  prices: {
    group: 'AWS Lambda',
    kind: 'path',
    value: 'FILE',
    text: 'prices to reckon with, as JSON',
    defaultText: 'those of us-east-1 that came with this version',
  },
} as const satisfies Record<string, OptionSpec>;
