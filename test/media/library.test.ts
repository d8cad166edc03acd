import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOnPath } from '../../scripts/tools.ts';
import { mediaExamples, mediaLibrary, originalHash, streamHash } from './library.ts';

describe.skipIf(!isOnPath('ffmpeg'))('media made by ffmpeg', () => {
  it.each(mediaExamples)('$playlist plays', async ({ playlist }) => {
    const hash = await originalHash(playlist);
    expect(hash.trim().split('\n').length).toBeGreaterThanOrEqual(2);
  });

  it('has sound in two languages and subtitles in tracks', async () => {
    const hash = await originalHash('tracks/master.m3u8');
    expect(hash.match(/,[vas],/g)?.toSorted()).toEqual([',a,', ',a,', ',s,', ',v,']);
  });

  it.each(mediaExamples)(
    'a copy of $playlist has its hash, and one that lacks a file has not',
    async ({ playlist }) => {
      const library = await mediaLibrary();
      const folder = await mkdtemp(join(tmpdir(), 'flants-media-'));
      try {
        await cp(library, folder, { recursive: true });
        const original = await originalHash(playlist);
        expect(await streamHash(join(folder, playlist))).toBe(original);

        await rm(await largestFile(join(folder, dirname(playlist))));
        expect(await streamHash(join(folder, playlist)).catch(() => 'does not play')).not.toBe(original);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );
});

async function largestFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return join(folder, names[sizes.indexOf(Math.max(...sizes))] ?? '');
}
