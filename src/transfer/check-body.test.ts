import { describe, expect, test } from 'vitest';
import type { FileRole } from '../domain/revision.ts';
import { checkBody } from './check-body.ts';

const check = (
  body: string | Uint8Array,
  {
    role = 'segment',
    contentType,
    minSizeBytes,
    url = 'https://h/a.ts',
    isSized = true,
  }: { role?: FileRole; contentType?: string; minSizeBytes?: number; url?: string; isSized?: boolean } = {},
): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  checkBody(
    { role, url, ...(minSizeBytes === undefined ? {} : { minSizeBytes }) },
    { head: bytes, sizeBytes: isSized ? bytes.byteLength : undefined, contentType },
  );
};

describe('A body that came with status 200 is refused', () => {
  test.each([
    ['an HTML page, whatever its type says', '<!DOCTYPE html><html>', { contentType: 'video/mp2t' }],
    ['an HTML page behind blanks and a byte order mark', Buffer.from('\ufeff \n<html lang="en">'), {}],
    ['a page by its type', 'Not found', { contentType: 'text/html' }],
    ['a JSON error in place of media', '{"error":"gone"}', { contentType: 'application/json' }],
    ['an empty segment', '', {}],
    ['a key of the wrong length', 'too short', { role: 'key' as const }],
    ['a key so large that it is streamed', 'abc', { role: 'key' as const, isSized: false }],
    ['an object shorter than the range that names it', 'abc', { minSizeBytes: 4 }],
  ])('when it is %s', (_what, body, options) => {
    expect(() => check(body, options)).toThrow(expect.objectContaining({ code: 'source.wrong-body' }));
  });
});

describe('A body is taken', () => {
  test.each([
    ['media of any type, even a wrong one', Buffer.from([0x47, 1, 2]), { contentType: 'text/plain' }],
    ['a key of 16 bytes', Buffer.alloc(16), { role: 'key' as const }],
    ['a key of 32 bytes', Buffer.alloc(32), { role: 'key' as const }],
    ['JSON where JSON is meant', '{}', { role: 'data' as const, contentType: 'application/json' }],
    ['an empty WebVTT segment', '', { url: 'https://h/a.vtt?x=1' }],
    ['an object that just holds the range', 'abcd', { minSizeBytes: 4 }],
    ['the beginning of one of unknown size, which may hold the range', 'abc', { minSizeBytes: 4, isSized: false }],
  ])('when it is %s', (_what, body, options) => {
    expect(() => check(body, options)).not.toThrow();
  });
});
