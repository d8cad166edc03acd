import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startFlants } from '../e2e/flants.ts';
import type { RunningFlants } from '../e2e/flants.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticCatalogue } from '../media/synthetic.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';

const library = { videos: 3, filesPerVideo: 1, fileBytes: 100, seed: 'overlap' };

it.skipIf(!hasRedis || !hasVersitygw)(
  'a scanner reads its catalogue when it starts, once, whether or not the one before it is still there',
  patient,
  async () => {
    const stage = await openClusterStage();
    const { destination, env, scratch } = stage;
    const scanners: RunningFlants[] = [];
    const start = async (videos: number): Promise<RunningFlants> => {
      const catalogue = join(scratch, `${videos}.ndjson`);
      await writeFile(catalogue, syntheticCatalogue({ ...library, videos }, 'http://127.0.0.1:1'));
      const scanner = startFlants(['scanner', catalogue, destination, '--listen', '127.0.0.1:0'], { env });
      scanners.push(scanner);
      return scanner;
    };
    try {
      for (const videos of [3, 4, 5]) {
        const scanner = await start(videos);
        await scanner.during(scanner.says(`the catalogue was read: ${videos} rows`));
      }
    } finally {
      for (const each of scanners) each.kill('SIGTERM');
      const ends = await Promise.all(scanners.map((each) => each.ended));
      await stage.close();
      for (const { stderr } of ends) expect(stderr.match(/the catalogue was read/g), stderr).toHaveLength(1);
    }
  },
);
