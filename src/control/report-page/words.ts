import type { FailureCode } from '../../domain/failure.ts';
import type { VideoState } from '../../domain/video.ts';

/** What a state means to somebody who does not run the transfer. */
export const stateWords: Readonly<Record<VideoState, string>> = {
  published: 'published',
  publishing: 'being published',
  copying: 'being copied',
  waiting: 'waiting',
  live: 'still live',
  incomplete: 'incomplete',
  invalid: 'not usable',
  paused: 'paused',
  cancelled: 'cancelled',
};

const codeWords: Readonly<Partial<Record<FailureCode, string>>> = {
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
  'store.denied': 'No right to write there',
  'store.no-bucket': 'The bucket does not exist',
  'store.full': 'The destination is full',
  'catalogue.silent': 'The catalogue does not answer',
  'hls.not-a-playlist': 'Not a playlist',
  'hls.empty': 'A playlist without files',
  'hls.malformed': 'A malformed playlist',
  'hls.external': 'Names files elsewhere',
};

/** What the code of a failure says, in words. */
export function codeText(code: FailureCode): string {
  return codeWords[code] ?? code;
}
