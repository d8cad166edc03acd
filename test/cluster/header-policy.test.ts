import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../e2e/stage.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 2, fileBytes: 1_000, seed: 'headers' };
const { signal } = new AbortController();

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster with a policy of headers', patient, () => {
  let stage: ClusterStage;
  beforeEach(async () => {
    stage = await openClusterStage(library);
  });
  afterEach(() => stage.close());

  it('writes files and playlists by it, and leaves the journal alone', async () => {
    const file = join(stage.scratch, 'headers.json');
    const policy = {
      all: { tags: { library: 'school' } },
      segment: { cacheControl: 'max-age=7' },
      playlists: { cacheControl: 'max-age=3' },
    };
    await writeFile(file, JSON.stringify(policy));
    const up = stage.start('up', '--transfers', '0', '--header-policy', file);
    await stage.until(({ totals: { videos } }) => videos.published === 1);
    up.kill('SIGTERM');
    await up.ended;

    const store = openS3At(stage.server, '');
    const seen = new Map<string, unknown>();
    for await (const { key } of store.list('', { signal })) {
      const object = await store.head(key, { signal });
      if (key.startsWith('journal/')) expect(object?.tagCount ?? 0, key).toBe(0);
      else seen.set(key.slice(-5), { cacheControl: object?.cacheControl, tagCount: object?.tagCount });
    }
    await store.close();
    expect(Object.fromEntries(seen)).toEqual({
      '00.ts': { cacheControl: 'max-age=7', tagCount: 1 },
      '01.ts': { cacheControl: 'max-age=7', tagCount: 1 },
      '.m3u8': { cacheControl: 'max-age=3', tagCount: 1 },
    });
  });
});
