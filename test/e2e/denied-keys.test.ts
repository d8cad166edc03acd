import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 8, filesPerVideo: 12, fileBytes: 2_000, seed: 'denied' };
/** Folders of the first, which is met before anything else was copied, and of another. */
const locked = [0, 5].map((video) => syntheticPlaylist(video).replace('/index.m3u8', '/'));

describe.skipIf(!hasVersitygw)('a store that denies', patient, () => {
  let stage: Stage;
  let catalogue: string;
  const open = async (): Promise<void> => {
    stage = await openStage({ library, destination: 'versitygw' });
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  };
  afterEach(() => stage.close());

  it('some folders fails their files, and copies all others; with the right the same command copies the rest', async () => {
    await open();
    stage.answer(({ method, path }) =>
      method === 'PUT' && locked.some((folder) => path.includes(`/vod${folder}`)) ? 403 : undefined,
    );
    const first = await stage.copy(catalogue);
    expect(first.code, first.stderr).toBe(2);
    expect(first.stdout).toMatch(/8 videos: 6 published, 2 incomplete/);
    expect(first.stdout).toContain('[store.key-denied]');
    expect(first.stderr).not.toContain('[store.denied]');

    stage.answer(() => undefined);
    const again = await stage.copy(catalogue);
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });

  it('the playlist of a video does not publish it, and publishes the others', async () => {
    await open();
    stage.answer(({ method, path }) =>
      method === 'PUT' && path.endsWith(`/vod${syntheticPlaylist(3)}`) ? 403 : undefined,
    );
    const first = await stage.copy(catalogue);
    expect(first.code, first.stderr).toBe(2);
    expect(first.stdout).toContain('7 published');
    expect(first.stdout + first.stderr).toContain('[store.key-denied]');
  });

  it('all media halts the copy before it has sent much, and no file loses a try', async () => {
    await open();
    stage.answer(({ method, path }) => (method === 'PUT' && path.endsWith('.ts') ? 403 : undefined));
    const halted = await stage.copy(catalogue);
    expect(halted.code).toBe(1);
    expect(halted.stderr).toContain('[store.denied]');
    expect(stage.puts().length).toBeLessThan(library.videos * library.filesPerVideo);
    expect(halted.stdout).not.toContain('incomplete');

    stage.answer(() => undefined);
    const again = await stage.copy(catalogue);
    expect(again.code, again.stdout + again.stderr).toBe(0);
  });
});
