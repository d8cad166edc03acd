import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { maxPlaylistBytes } from '../domain/playlist-size.ts';
import { MiB } from '../domain/units.ts';
import { openMemorySource } from './memory-source.ts';
import type { Source } from './source.ts';
import { isUnchanged } from './unchanged.ts';

const { signal } = new AbortController();
const url = 'https://cdn.example/a/index.m3u8';
const read = { url, validators: {}, sha256: hash('sha256', '#EXTM3U\n', 'hex') };

describe('a playlist of a source without validators', () => {
  it.each([
    ['is unchanged while its bytes are', '#EXTM3U\n', true],
    ['is changed when they are not', '#EXTM3U\n\n', false],
  ])('%s', async (_, bytes, expected) => {
    expect(await isUnchanged(openMemorySource({ [url]: { bytes, etag: null } }), read, signal)).toBe(expected);
  });

  it('is changed, and read no further, when it is longer than any playlist', async () => {
    let sentBytes = 0;
    const endless: Source = {
      ...openMemorySource(),
      fetch: () =>
        Promise.resolve({
          result: 'fetched',
          finalUrl: url,
          validators: {},
          body: (async function* () {
            for (const chunk = Buffer.alloc(MiB); ; sentBytes += MiB) yield chunk;
          })(),
          cancel: () => {},
        }),
    };
    expect(await isUnchanged(endless, read, signal)).toBe(false);
    expect(sentBytes).toBe(maxPlaylistBytes);
  });
});
