import type { FailureCode } from '../failure.ts';

const texts: Readonly<Record<string, string>> = {
  'source.unreachable': 'The source cannot be reached',
  'source.host-unknown': 'The source’s host is not known',
  'source.tls': 'The source’s certificate is not valid',
  'source.timeout': 'The source takes too long',
  'source.silent': 'The source is left alone, as it does not answer',
  'source.status': 'The source answers with an error',
  'source.throttled': 'The source asks for less',
  'source.not-found': 'Not found at the source',
  'source.gone': 'Gone from the source',
  'source.denied': 'The source denies access',
  'source.short-body': 'The source sends too little',
  'source.wrong-body': 'The source sends something else',
  'source.too-large': 'Larger than allowed',
  'source.changed': 'Changed at the source',
  'source.refused': 'Refused by policy',
  'source.forbidden': 'An address that is not allowed',
  'store.unreachable': 'The destination cannot be reached',
  'store.timeout': 'The destination takes too long',
  'store.status': 'The destination answers with an error',
  'store.throttled': 'The destination asks for less',
  'store.checksum': 'Damaged on the way',
  'store.conflict': 'Something else is there already',
  'store.key-denied': 'No right to write this file',
  'store.archived': 'In an archive at the destination',
  'store.denied': 'No right to write there',
  'store.no-bucket': 'The bucket does not exist',
  'store.full': 'The destination is full',
  'catalogue.silent': 'The catalogue does not answer',
  'hls.not-a-playlist': 'Not a playlist',
  'hls.empty': 'A playlist without files',
  'hls.malformed': 'A malformed playlist',
  'hls.external': 'Names files elsewhere',
} satisfies Partial<Record<FailureCode, string>>;

/** What the code of a failure says, in words. One without words of its own speaks for itself. */
export function codeText(code: string): string {
  return texts[code] ?? code;
}
