import type { OptionSpec } from './option-spec.ts';

/** Options of headers: of the objects that are written, and of requests to sources. */
export const headerOptions = {
  headerPolicy: {
    group: 'Destination',
    kind: 'path',
    value: 'FILE',
    text: 'JSON file with the headers of objects by role: Content-Type, Cache-Control, storage class, encryption, tags; see docs/headers.md',
    defaultText: 'caches may keep files for a year, playlists for a minute',
  },
  header: {
    group: 'Source',
    kind: 'list',
    separator: '\n',
    value: 'NAME: VALUE',
    secret: true,
    text: 'send this header to the source; may be repeated',
  },
  headerFile: {
    group: 'Source',
    kind: 'path',
    value: 'FILE',
    text: 'file with headers to send, one per line; keeps secrets off the command line',
  },
} as const satisfies Record<string, OptionSpec>;
