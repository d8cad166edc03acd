import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LibraryStatus } from '../../src/domain/report/library-status.ts';
import { runFlants, startFlants } from '../e2e/flants.ts';
import { canMount, growDisk, withSmallDisk } from '../e2e/mounts.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import { openClusterStage, quickly } from './stage.ts';

const library = { videos: 4, filesPerVideo: 20, fileBytes: 20_000, seed: 'full disk' };

it.skipIf(!hasRedis || !hasVersitygw || !canMount)(
  'a cluster whose disk is full says so, to whoever asks, until there is room',
  patient,
  async () => {
    const stage = await openClusterStage(library);
    const api = await clusterApi();
    const disk = join(stage.scratch, 'disk');
    const destination = join(disk, 'vod');
    const { FLANTS_ENDPOINT: _, ...others } = stage.env;
    const env = { ...others, FLANTS_JOURNAL: join(stage.scratch, 'journal') };
    const status = async (): Promise<LibraryStatus> =>
      (await (await fetch(`${api.url}/api/v1/status`)).json()) as LibraryStatus;
    const readyz = async (): Promise<number> => (await fetch(`${api.url}/readyz`)).status;
    const play = async (): Promise<void> => {
      await mkdir(destination);
      const flags = [...quickly, '--transfers', '1', '--threads', '1', ...api.flags];
      const up = startFlants(['up', stage.catalogue, destination, ...flags], { env });
      try {
        await up.says('the disk is full');
        const words = async (): Promise<string> => (await runFlants(['status', destination], { env })).stdout;
        await expect
          .poll(words, { timeout: 30_000 })
          .toMatch(
            /\nCannot continue, and tries again:\n(.*\n)?  transfer \S+: .*the disk is full \(ENOSPC\) \[store\.full\]\n/,
          );
        const told = (): Promise<unknown> => status().then(({ halted }) => halted?.map(({ service }) => service));
        await expect.poll(told, { timeout: 30_000 }).toContain('transfer');

        growDisk(disk, 8_000);
        await api.until((videos) => idsIn('published', videos).length === library.videos);
        await expect.poll(told, { timeout: 30_000 }).toBeUndefined();
        expect(await words()).not.toContain('Cannot continue');
        expect(await readyz()).toBe(200);
        for (const { path, body } of syntheticFiles(library))
          expect((await readFile(join(destination, path))).equals(body), path).toBe(true);
      } finally {
        up.kill('SIGTERM');
        await up.ended;
      }
    };
    try {
      await withSmallDisk(disk, 800, play);
    } finally {
      await stage.close();
    }
  },
);
