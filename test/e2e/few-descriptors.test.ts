import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import type { FlantsResult } from './flants.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 4, filesPerVideo: 40, fileBytes: 1_000, seed: 'descriptors' };

describe('a process that may open few files', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  const copy = async (openFiles: number): Promise<FlantsResult> => {
    stage = await openStage({ destination: 'versitygw', library, openFiles });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
    return stage.copy(catalogue, '--threads', '32', '--concurrency', '256');
  };

  it.each([72, 96, 128, 300])('of %i copies all with what it has, and says once what limits it', async (openFiles) => {
    const copied = await copy(openFiles);
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    expect(copied.stderr.match(/ulimit -n/g)).toHaveLength(1);
  });

  it('of too few for one file ends at once, and says what is missing', async () => {
    const copied = await copy(48);
    expect(copied.code).toBe(1);
    expect(copied.stderr).toMatch(
      /this process may open \d+ more files, and needs \d+ to copy; raise the limit \(ulimit -n\)/,
    );
  });
});
