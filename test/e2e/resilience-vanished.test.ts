import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  mediaPlaylist,
  randomBytesOf,
  syntheticFiles,
  syntheticPlaylist,
  syntheticSegment,
} from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 20, fileBytes: 2_000, seed: 'vanished' };
const files = [...syntheticFiles(library)];
const playlist = syntheticPlaylist(0);

describe.skipIf(!hasVersitygw)('at versitygw', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('objects that vanish between two runs are found by --recheck and sent again, and no others', async () => {
    stage = await openStage({ destination: 'versitygw', library });
    expect((await stage.copy(playlist)).code).toBe(0);
    const gone = [syntheticSegment(3), syntheticSegment(11), 'index.m3u8'].map((name) => `video-000/${name}`);
    for (const key of gone) await rm(join(stage.objects, key));
    stage.clear();

    const copied = await stage.copy(playlist, '--recheck');
    expect(copied.code, copied.stderr).toBe(0);
    expect(stage.puts().toSorted()).toEqual(gone.toSorted());
    expect(await differing(stage, files)).toEqual([]);
    expect(copied.stdout).toContain('20 files: 20 there (39.1 KiB)\nThis run: 2 copied (3.91 KiB), 18 unchanged, in');
  });

  it('two videos that share a segment and an initialization section have one object of each', async () => {
    const shared = ['/shared/init.mp4', '/shared/logo.m4s'];
    const own = ['/a/1.m4s', '/b/1.m4s'];
    const all = [...shared, ...own].map((path) => ({ path, body: randomBytesOf(path, 3_000) }));
    const playlistOf = (folder: string): string =>
      mediaPlaylist(['../shared/logo.m4s', '1.m4s']).replace(
        '#EXTINF',
        `#EXT-X-MAP:URI="../shared/init.mp4"\n#EXT-X-BITRATE:${folder.length}\n#EXTINF`,
      );
    const playlists = ['a', 'b'].map((folder) => ({
      path: `/${folder}/index.m3u8`,
      body: Buffer.from(playlistOf(folder)),
    }));
    stage = await openStage({
      destination: 'versitygw',
      files: Object.fromEntries([...all, ...playlists].map(({ path, body }) => [path, body])),
    });
    const catalogue = join(stage.scratch, 'videos.json');
    await writeFile(
      catalogue,
      JSON.stringify(['a', 'b'].map((id) => ({ id, url: `${stage.origin.url}/${id}/index.m3u8` }))),
    );

    const copied = await stage.copy(catalogue);
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, [...all, ...playlists])).toEqual([]);
    for (const id of ['a', 'b']) {
      expect((await stage.run('verify', `${stage.destination}/${id}/index.m3u8`)).code).toBe(0);
    }

    stage.clear();
    expect((await stage.copy(catalogue, '--recheck')).code).toBe(0);
    expect(stage.puts()).toEqual([]);
  });
});
