import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { syntheticCatalogue, syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { hasNginx, startNginx } from '../servers/nginx.ts';
import { differing, openStage, patient } from './stage.ts';

const library: SyntheticShape = { videos: 3, filesPerVideo: 100, fileBytes: 1_000, seed: 'rates' };
const zone = 'limit_req_zone $binary_remote_addr zone=all:1m rate=100r/s;';

it.skipIf(!hasNginx).each([
  ['as nginx does', 'limit_req zone=all;'],
  ['with 429, behind a queue', 'limit_req zone=all burst=20; limit_req_status 429;'],
])('an origin that refuses more than 100 requests a second, %s, is copied whole', patient, async (_, limit) => {
  const folder = await mkdtemp(join(tmpdir(), 'flants-rate-'));
  const stage = await openStage({ destination: 'folder', library });
  for (const { path, body } of syntheticFiles(library)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), body);
  }
  const nginx = await startNginx(folder, { http: zone, location: `root ${folder}; ${limit}` });
  try {
    const catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, nginx.url));
    const copied = await stage.copy(catalogue, '--threads', '2');
    expect(copied.code, copied.stderr).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  } finally {
    await nginx.stop();
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  }
});
