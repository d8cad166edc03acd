import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bodyProblem } from './body-problem.ts';
import type { FileRole } from './revision.ts';

const problemOf = (
  body: string | Uint8Array,
  {
    role = 'segment',
    contentType,
    minSizeBytes,
    url = 'https://h/a.ts',
    isSized = true,
    isWebVtt = false,
  }: {
    role?: FileRole;
    contentType?: string;
    minSizeBytes?: number;
    url?: string;
    isSized?: boolean;
    isWebVtt?: boolean;
  } = {},
): string | undefined => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return bodyProblem(
    { role, url, isWebVtt, ...(minSizeBytes === undefined ? {} : { minSizeBytes }) },
    { head: bytes, sizeBytes: isSized ? bytes.byteLength : undefined, contentType },
  );
};

const packets = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.concat([Buffer.from('G'), Buffer.alloc(187, 0xff)])));
const page = { contentType: 'text/html' };

describe('A body that came with status 200 is refused', () => {
  test.each([
    ['an HTML page, whatever its type says', '<!DOCTYPE html><html>', { contentType: 'video/mp2t' }],
    ['an HTML page behind blanks and a byte order mark', Buffer.from('\ufeff \n<html lang="en">'), {}],
    ['a page by its type', 'Not found', page],
    ['a message of a gateway', 'upstream request timeout', { contentType: 'text/plain' }],
    ['a page that begins as a packet of TS does', `Gone${' '.repeat(200)}`, page],
    ['a JSON error in place of media', '{"error":"gone"}', { contentType: 'application/json' }],
    ['a JSON error under the type of media', '{"error":"gone"}', { contentType: 'video/mp2t' }],
    ['a JSON error in place of WebVTT', '{"error":"gone"}', { url: 'https://h/a.vtt', isWebVtt: true }],
    [
      'an error of a store',
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>',
      { contentType: 'application/xml' },
    ],
    ['an error of a script', '<br />\n<b>Fatal error</b>:  Uncaught', { contentType: 'video/mp4' }],
    ['a playlist', Buffer.from('\ufeff#EXTM3U\n#EXTINF:2,\nen-ü.ts'), { contentType: 'application/octet-stream' }],
    ['an empty segment', '', {}],
    ['empty captions that are no WebVTT', '', { url: 'https://cdn.example/a/1.ttml' }],
    ['a key of the wrong length', 'too short', { role: 'key' as const }],
    ['a key as text, in place of its 16 bytes', '00112233445566778899aabbccddeeff', { role: 'key' as const }],
    ['a key that is shorter than its method wants', 'sixteen bytes ok', { role: 'key' as const, minSizeBytes: 32 }],
    ['a key so large that it is streamed', 'abc', { role: 'key' as const, isSized: false }],
    ['an object shorter than the range that names it', 'abc', { minSizeBytes: 4 }],
  ])('when it is %s', (_what, body, options) => {
    expect(problemOf(body, options)).toEqual(expect.any(String));
  });
});

describe('A body is taken', () => {
  test.each([
    ['media of any type, even a wrong one', Buffer.from([0x47, 1, 2]), { contentType: 'text/plain' }],
    ['TS that is labelled as a page', packets(3), page],
    ['a single packet of TS that is labelled so', packets(1), page],
    ['MP4 that is labelled so', Buffer.from('\0\0\0\x18stypmsdh\0\0\0\0msdhmsix'), page],
    [
      'an initialization section that is',
      Buffer.from('\0\0\0\x18ftypiso5'),
      { ...page, role: 'initialization-section' as const },
    ],
    [
      'captions that are plain text without the mark of WebVTT',
      '1\n00:01 --> 00:02\nHello',
      { contentType: 'text/plain', url: 'https://cdn.example/a/1.vtt' },
    ],
    [
      'captions whose type has a parameter',
      '1\n00:01 --> 00:02\nHello',
      { contentType: 'text/plain; charset=utf-8', url: 'https://cdn.example/a/1.vtt' },
    ],
    ['WebVTT that is', Buffer.from('\ufeffWEBVTT\n\n<html'), page],
    ['packed audio that is', Buffer.from('ID3\x04'), page],
    ['an image that is', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), { ...page, role: 'image' as const }],
    ['an encrypted segment that is', randomBytes(564), page],
    ['a key that is', Buffer.from('<html>sixteen ch'), { ...page, role: 'key' as const }],
    ['a key of 16 bytes', Buffer.alloc(16), { role: 'key' as const }],
    ['a key of AES-256', Buffer.alloc(32), { role: 'key' as const, minSizeBytes: 32 }],
    ['a short encrypted segment that begins like markup', Buffer.from('<b>{"a":1}\xfe\xd1<b>', 'latin1'), {}],
    ['captions in TTML', '<?xml version="1.0"?>\n<!-- made\nby -->\n<tt:tt xmlns:tt="x">', { url: 'https://h/a.xml' }],
    ['captions in TTML behind a long comment', `<?xml version="1.0"?><!-- ${'x'.repeat(564)}`, {}],
    ['captions of a format with braces', '{"cues":[]}', { url: 'https://h/a.vtt' }],
    ['an image of markup', '<svg xmlns="http://www.w3.org/2000/svg"/>', { role: 'image' as const }],
    ['JSON where JSON is meant', '{}', { role: 'data' as const, contentType: 'application/json' }],
    ['an empty WebVTT segment', '', { url: 'https://h/a.vtt?x=1' }],
    ['an empty one whose type says what it is', '', { contentType: 'text/vtt; charset=utf-8' }],
    ['an empty one of a playlist of subtitles', '', { isWebVtt: true }],
    ['an object that just holds the range', 'abcd', { minSizeBytes: 4 }],
    ['the beginning of one of unknown size, which may hold the range', 'abc', { minSizeBytes: 4, isSized: false }],
  ])('when it is %s', (_what, body, options) => {
    expect(problemOf(body, options)).toBeUndefined();
  });
});
