import type { OptionSpec } from './option-spec.ts';

/** Options of headers: of the objects that are written, and of requests to sources. */
export const headerOptions = {
  headerPolicy: {
    group: 'Destination',
    kind: 'path',
    value: 'FILE',
    text: 'headers of objects by their role, as JSON: Content-Type, Cache-Control, storage class, encryption, tags; docs/headers.md has its form',
    defaultText: 'files are kept by caches for ever, playlists for a minute',
  },
  header: {
    group: 'Source',
    kind: 'list',
    separator: '\n',
    value: 'NAME: VALUE',
    secret: true,
    text: 'send this header to the hosts of the sources; may be repeated',
  },
  headerFile: {
    group: 'Source',
    kind: 'path',
    value: 'FILE',
    text: 'headers to send, one per line: keeps secrets off the command line',
  },
} as const satisfies Record<string, OptionSpec>;
