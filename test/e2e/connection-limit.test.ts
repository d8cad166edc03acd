import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startLimitingProxy } from '../servers/limiting-proxy.ts';
import { differing, openStage, patient } from './stage.ts';

const library: SyntheticShape = { videos: 4, filesPerVideo: 60, fileBytes: 20_000, seed: 'connections' };

it(
  'an origin that takes few connections from one address, and breaks off the others, is copied whole',
  patient,
  async () => {
    const stage = await openStage({ destination: 'folder', library });
    const proxy = await startLimitingProxy(stage.origin.url, 4);
    try {
      const catalogue = join(stage.scratch, 'videos.ndjson');
      await writeFile(catalogue, syntheticCatalogue(library, proxy.url));
      const copied = await stage.copy(catalogue, '--threads', '2');
      expect(copied.code, copied.stderr).toBe(0);
      expect(proxy.broken()).toBeGreaterThan(0);
      expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    } finally {
      await proxy.close();
      await stage.close();
    }
  },
);
