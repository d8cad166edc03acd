import type { OptionSpec } from './option-spec.ts';

/** Options of the CDN before the destination. */
export const cdnOptions = {
  invalidate: {
    group: 'Destination',
    kind: 'text',
    value: 'DISTRIBUTION',
    text: 'id of a distribution of Amazon CloudFront that is told, once a video is published, which playlists and files got other bytes under their names',
    defaultText: 'nobody is told, and reports name the files',
  },
  invalidatePrefix: {
    group: 'Destination',
    kind: 'text',
    value: 'PATH',
    text: 'path at the distribution by which players reach the destination, such as /',
    defaultText: 'as the origin of the distribution says, for which it is asked',
  },
  cloudfrontEndpoint: {
    group: 'Destination',
    kind: 'url',
    value: 'URL',
    text: 'a service that speaks like Amazon CloudFront',
    defaultText: 'AWS',
    alsoEnv: ['AWS_ENDPOINT_URL_CLOUDFRONT', 'AWS_ENDPOINT_URL'],
  },
} as const satisfies Record<string, OptionSpec>;
