import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { freePort } from '../servers/free-port.ts';
import { openStage, patient } from './stage.ts';

const token = 'the-token-of-the-test';

it('leaves a video that became whole during its pause to the copy, which knows its headers', patient, async () => {
  const stage = await openStage({
    destination: 'folder',
    files: { '/a/index.m3u8': mediaPlaylist(['a.ts']), '/a/a.ts': 'media' },
    rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'slow', bytesPerSecond: 2 } : undefined),
  });
  try {
    const playlist = `${stage.origin.url}/a/index.m3u8`;
    const address = `127.0.0.1:${await freePort()}`;
    const api = `http://${address}/api/v1/videos`;
    const copy = stage.start(
      stage.copyArgs(playlist, `--dashboard=${address}`, '--dashboard-linger', '100ms', '--token', token),
    );
    const isCopying = (): boolean => stage.origin.requests.some(({ path }) => path.endsWith('.ts'));
    await expect.poll(isCopying, { timeout: 20_000 }).toBe(true);
    const { videos } = (await (await fetch(api)).json()) as { readonly videos: readonly { readonly id: string }[] };
    const id = videos[0]?.id ?? '';
    const headers = { Authorization: `Bearer ${token}` };
    const paused = await fetch(`${api}/${encodeURIComponent(id)}/pause`, { method: 'POST', headers });
    expect(await paused.json()).toEqual({ video: id, state: 'paused' });
    expect((await copy.ended).stdout).toContain('1 paused');

    expect(await stage.run('resume', id)).toMatchObject({
      code: 0,
      stdout: `${id} goes on: publishing; the same flants copy takes it up\n`,
    });
    const isPublished = (): boolean => existsSync(join(stage.destination, 'a/index.m3u8'));
    expect(isPublished()).toBe(false);
    expect((await stage.copy(playlist)).code).toBe(0);
    expect(isPublished()).toBe(true);
  } finally {
    await stage.close();
  }
});
