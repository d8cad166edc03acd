import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { differing, openStage, patient } from './stage.ts';

const library: SyntheticShape = { videos: 4, filesPerVideo: 100, fileBytes: 10_000, seed: 'pieces' };

it.each([500, 3_000, 9_000])('files that come in pieces of %i bytes arrive as they are', patient, async (bytes) => {
  const stage = await openStage({
    destination: 'folder',
    library,
    rule: ({ path }) => (path.endsWith('.ts') ? { kind: 'in-pieces', bytes } : undefined),
  });
  try {
    const catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
    const copied = await stage.copy(catalogue);
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  } finally {
    await stage.close();
  }
});
