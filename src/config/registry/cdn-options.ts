import type { OptionSpec } from './option-spec.ts';

/** Options of the CDN before the destination. */
export const cdnOptions = {
  invalidate: {
    group: 'Destination',
    kind: 'text',
    value: 'DISTRIBUTION',
    text: 'id of the CloudFront distribution to invalidate: after each publication, the playlists and files whose bytes changed',
    defaultText: 'no invalidation; reports list the files',
  },
  invalidatePrefix: {
    group: 'Destination',
    kind: 'text',
    value: 'PATH',
    text: 'path under which the distribution serves the destination, such as /',
    defaultText: 'taken from the distribution’s origin',
  },
  cloudfrontEndpoint: {
    group: 'Destination',
    kind: 'url',
    value: 'URL',
    text: 'URL of a service that is compatible with Amazon CloudFront',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_CLOUDFRONT', 'AWS_ENDPOINT_URL'],
  },
} as const satisfies Record<string, OptionSpec>;
