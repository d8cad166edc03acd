import { expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { openStage, patient } from './stage.ts';

it(
  'shows no work on a video whose copy was killed, and cancels and forgets it at once: nothing works on it',
  patient,
  async () => {
    const stage = await openStage({
      destination: 'folder',
      files: { '/a/index.m3u8': mediaPlaylist(['a.ts', 'b.ts']), '/a/a.ts': 'media', '/a/b.ts': 'media' },
      rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'slow', bytesPerSecond: 1 } : undefined),
    });
    try {
      const shown = async (): Promise<string> => {
        const { stdout } = await stage.run('status', '--json');
        const { videos } = JSON.parse(stdout) as { readonly videos: readonly { readonly id: string }[] };
        return (await stage.run('show', videos[0]?.id ?? '')).stdout;
      };
      const copy = stage.start(stage.copyArgs(`${stage.origin.url}/a/index.m3u8`));
      const isCopying = (): boolean => stage.origin.requests.some(({ path }) => path.endsWith('.ts'));
      await expect.poll(isCopying, { timeout: 20_000 }).toBe(true);
      expect(await shown()).toContain('batch of 2 files');
      copy.kill('SIGKILL');
      await copy.ended;
      expect(await shown()).not.toContain('batch of 2 files');
      const { stdout } = await stage.run('status', '--json');
      const { videos } = JSON.parse(stdout) as { readonly videos: readonly { readonly id: string }[] };
      const id = videos[0]?.id ?? '';
      const cancelled = await stage.run('cancel', id, '--grace', '1s');
      expect(cancelled).toMatchObject({ code: 0, stdout: `${id} is cancelled\n` });
      const purged = await stage.run('purge', id);
      expect(purged).toMatchObject({ code: 0, stdout: `${id} is forgotten; left at the destination: nothing\n` });
    } finally {
      await stage.close();
    }
  },
);
