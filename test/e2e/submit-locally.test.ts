import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { syntheticPlaylist } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';

it('a video submitted to the state of a copy waits for a copy that names it, and submit says so', patient, async () => {
  const library = { videos: 2, filesPerVideo: 2, fileBytes: 500, seed: 'submit' };
  const stage = await openStage({ destination: 'folder', library });
  const published = async (): Promise<string> => (await stage.run('videos', '--in-state', 'published')).stdout;
  try {
    expect((await stage.copy(syntheticPlaylist(0))).code).toBe(0);
    const submitted = await stage.run('submit', stage.origin.url + syntheticPlaylist(1), '--id', 'extra');
    expect(submitted).toMatchObject({
      code: 0,
      stdout: 'extra is submitted: waiting; it is copied by a flants copy whose sources name it\n',
    });
    expect((await stage.run('cancel', 'extra')).code).toBe(0);
    expect(await stage.run('submit', '--id', 'extra')).toMatchObject({ code: 0, stdout: submitted.stdout });
    expect((await stage.run('submit', '--id', 'other')).stderr).toContain('there is no video other in this library');
    expect((await stage.copy(syntheticPlaylist(0))).code).toBe(0);
    expect(await published()).not.toContain('extra');
    const catalogue = join(stage.scratch, 'videos.csv');
    await writeFile(catalogue, `id,url\nextra,${stage.origin.url}${syntheticPlaylist(1)}\n`);
    expect((await stage.copy(catalogue)).code).toBe(0);
    expect(await published()).toContain('extra');
  } finally {
    await stage.close();
  }
});
