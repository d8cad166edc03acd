import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 10, fileBytes: 2_000, seed: 'foreign' };
const files = [...syntheticFiles(library)];
const playlist = syntheticPlaylist(0);
const playlistKey = playlist.slice(1);
const key = `video-000/${syntheticSegment(4)}`;
const foreign = Buffer.from('somebody else put this here\n');

describe.each([
  { kind: 'versitygw' as const, isThere: hasVersitygw },
  { kind: 'folder' as const, isThere: true },
])('at a destination ($kind)', ({ kind, isThere }) => {
  describe.skipIf(!isThere)('where something stands already', patient, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage({ destination: kind, library });
    });
    afterEach(() => stage.close());

    it('a foreign object at the key of a file is named and left alone, until overwriting is asked for', async () => {
      await stage.place(key, foreign);
      const refused = await stage.copy(playlist);
      expect(refused.code).toBe(2);
      expect(refused.stdout).toMatch(new RegExp(`${key}: .*--existing overwrite.*\\[store\\.conflict\\]`));
      expect(await stage.object(key)).toEqual(foreign);
      expect(await stage.object(playlistKey)).toBeUndefined();

      const forced = await stage.copy(playlist, '--existing', 'overwrite');
      expect(forced.code, forced.stderr).toBe(0);
      expect(await differing(stage, files)).toEqual([]);
    });

    it('a foreign object of the same size is told by its bytes', async () => {
      await stage.place(key, Buffer.alloc(library.fileBytes, 7));
      const refused = await stage.copy(playlist);
      expect(refused.code).toBe(2);
      expect(refused.stdout).toContain('[store.conflict]');
    });

    it('the same bytes count as unchanged', async () => {
      for (const { path, body } of files.slice(0, 6)) await stage.place(path.slice(1), body);
      const copied = await stage.copy(playlist);
      expect(copied.code, copied.stderr).toBe(0);
      expect(copied.stdout).toMatch(/This run: 4 copied \(.*\), 6 unchanged/);
      expect(await differing(stage, files)).toEqual([]);
    });

    it('a foreign playlist where ours belongs is named and left alone, until overwriting is asked for', async () => {
      const other = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nother.ts\n#EXT-X-ENDLIST\n');
      await stage.place(playlistKey, other);
      const refused = await stage.copy(playlist);
      expect(refused.code).toBe(2);
      expect(refused.stdout).toContain('[store.conflict]');
      expect(refused.stdout).toContain(playlistKey);
      expect(await stage.object(playlistKey)).toEqual(other);

      const forced = await stage.copy(playlist, '--existing', 'overwrite');
      expect(forced.code, forced.stderr).toBe(0);
      expect(await differing(stage, files)).toEqual([]);
    });

    it('with --existing skip nothing that stands there is fetched or looked into', async () => {
      await stage.place(key, foreign);
      const copied = await stage.copy(playlist, '--existing', 'skip');
      expect(copied.code, copied.stderr).toBe(0);
      expect(await stage.object(key)).toEqual(foreign);
      expect(stage.origin.countOf(`/${key}`)).toBe(0);
    });
  });
});
