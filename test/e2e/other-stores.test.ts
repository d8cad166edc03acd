import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { MiB } from '../../src/domain/units.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startOrigin } from '../servers/origin.ts';
import { hasStore, testedStores } from '../servers/other-stores.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';

const { signal } = new AbortController();

/** Plain names, odd ones, one with an empty segment, and one of a file that is large enough to go in parts. */
const names = [
  ...Array.from({ length: 12 }, (_, number) => `seg-${number}.ts`),
  "it's a+b (é).ts",
  'x//y.ts',
  'large.mp4',
];
const urlOf = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

/** A video whose bytes are all others in each of its versions. */
function filesOf(version: string): ReadonlyMap<string, Buffer> {
  const segments = names.map((name): [string, Buffer] => {
    const seed = createHash('sha256').update(`${version} ${name}`).digest();
    return [`/video/${name}`, Buffer.alloc(name === 'large.mp4' ? 18 * MiB : 2000, seed)];
  });
  const playlist = `${mediaPlaylist(names.map(urlOf))}# ${version}\n`;
  return new Map([...segments, ['/video/index.m3u8', Buffer.from(playlist)]]);
}

async function read(store: ObjectStore, key: string): Promise<Buffer | undefined> {
  const found = await store.get(key, { signal });
  return found && buffer(found.body);
}

/** One library through its life, on each store. */
describe.each(testedStores)('with $name installed, a library in it', (other) => {
  it.skipIf(!hasStore(other))(
    'is copied, found unchanged, replaced where it changed, proven, and missed when it is gone',
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
      const copy = (state: string, ...flags: readonly string[]): Promise<FlantsResult> => {
        const from = `${origin.url}/video/index.m3u8`;
        const where = ['--state', join(scratch, state), '--no-progress'];
        return runFlants(['copy', from, destination, ...where, ...flags], { env });
      };
      const verify = (): Promise<FlantsResult> => {
        const state = ['--state', join(scratch, 'state')];
        return runFlants(['verify', `${destination}/video/index.m3u8`, ...state, '--checksums'], { env });
      };
      const expectCopy = async (files: ReadonlyMap<string, Buffer>): Promise<void> => {
        for (const [path, body] of files) {
          // Playlists and names may have been rewritten.
          if (path.includes('//') || path.endsWith('.m3u8')) continue;
          expect((await read(store, path.slice(1)))?.equals(body), path).toBe(true);
        }
        expect(await verify()).toMatchObject({ code: 0 });
      };
      const publish = (version: string): ReadonlyMap<string, Buffer> => {
        const files = filesOf(version);
        for (const [path, body] of files) origin.put(path, body);
        return files;
      };
      try {
        const first = publish('first');
        expect(await copy('state')).toMatchObject({ code: 0 });
        await expectCopy(first);
        expect(await copy('state', '--recheck')).toMatchObject({ code: 0 });
        expect(await copy('another state')).toMatchObject({ code: 0 });
        await expectCopy(first);
        const second = publish('second');
        expect(await copy('state', '--recheck')).toMatchObject({ code: 0 });
        await expectCopy(second);
        const keys: string[] = [];
        for await (const { key } of store.list('', { signal })) keys.push(key);
        expect(keys).toHaveLength(second.size);
        for (const key of keys) await store.delete(key, { signal });
        expect(await store.list('', { signal })[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
        expect(await verify()).not.toMatchObject({ code: 0 });
      } finally {
        await store.close();
        await Promise.all([origin.stop(), server.stop()]);
        await rm(scratch, { recursive: true, force: true });
      }
    },
    300_000,
  );
});
