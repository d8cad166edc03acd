import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startOrigin } from '../servers/origin.ts';
import { hasStore, testedStores } from '../servers/other-stores.ts';
import { runFlants } from './flants.ts';

const { signal } = new AbortController();
const shape = { videos: 1, filesPerVideo: 20, fileBytes: 2_000 };

/** One library through its life, on each store. */
describe.each(testedStores)('with $name installed, a library in it', (other) => {
  it.skipIf(!hasStore(other))(
    'is copied, found unchanged, replaced where it changed, and proven',
    async () => {
      const scratch = await mkdtemp(join(tmpdir(), 'flants-stores-'));
      const [origin, server] = [await startOrigin(), await other.start()];
      const store = openS3At(server, 'vod');
      const env = {
        HOME: scratch,
        FLANTS_ENDPOINT: server.endpoint,
        AWS_ACCESS_KEY_ID: server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      };
      const destination = `s3://${server.bucket}/vod`;
      const state = ['--state', join(scratch, 'state')];
      const copy = async (...flags: readonly string[]): Promise<unknown> =>
        runFlants(['copy', origin.url + syntheticPlaylist(0), destination, ...state, '--no-progress', ...flags], {
          env,
        });
      const verify = async (): Promise<unknown> =>
        runFlants(['verify', destination + syntheticPlaylist(0), ...state, '--checksums'], { env });
      const put = (seed: string): readonly string[] =>
        [...syntheticFiles({ ...shape, seed })].map(({ path, body }) => {
          origin.put(path, path.endsWith('.m3u8') && seed === 'second' ? `${String(body)}# changed\n` : body);
          return path;
        });
      try {
        const paths = put('first');
        expect(await copy()).toMatchObject({ code: 0 });
        expect(await verify()).toMatchObject({ code: 0 });
        put('second');
        expect(await copy('--recheck')).toMatchObject({ code: 0 });
        expect(await verify()).toMatchObject({ code: 0 });
        for (const path of paths) await store.delete(path.slice(1), { signal });
        expect(await store.list('', { signal })[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
        expect(await verify()).not.toMatchObject({ code: 0 });
      } finally {
        await store.close();
        await Promise.all([origin.stop(), server.stop()]);
        await rm(scratch, { recursive: true, force: true });
      }
    },
    120_000,
  );
});
