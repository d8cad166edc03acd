import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MiB } from '../../src/domain/units.ts';
import type { ObjectStore, StoredObject } from '../../src/storage/object-store.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { openS3At } from '../servers/open-s3.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { hasStore, testedStores } from '../servers/other-stores.ts';
import type { S3Server } from '../servers/s3-server.ts';
import { hasVersitygw, startVersitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';

const { signal } = new AbortController();
const names = ['small.ts', 'large.ts'];
const moto = testedStores.find(({ name }) => name.startsWith('moto'));

/** What a policy asks for, and is kept by stores that know of it. */
const policy = {
  contentTypes: { ts: 'video/MP2T' },
  all: { tags: { library: 'a school / more + 1', year: '2026' }, serverSideEncryption: 'AES256' },
  segment: { storageClass: 'STANDARD_IA', cacheControl: 'max-age=7' },
  playlists: { cacheControl: 'max-age=3' },
};

const stores = [
  { name: 'versitygw', isThere: hasVersitygw, start: (): Promise<S3Server> => startVersitygw() },
  { name: 'moto', isThere: moto !== undefined && hasStore(moto), start: async () => moto?.start() },
];

describe.each(stores)('a copy to $name with a policy of headers', ({ name, isThere, start }) => {
  let scratch: string;
  let origin: Origin;
  let server: S3Server;
  let store: ObjectStore;

  beforeEach(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'flants-headers-'));
    const started = await start();
    if (!started) throw new Error(`${name} did not start`);
    [origin, server] = [await startOrigin(), started];
    store = openS3At(server, 'vod');
    origin.put('/v/small.ts', Buffer.alloc(2000, 'G'));
    // Goes in parts.
    origin.put('/v/large.ts', Buffer.alloc(18 * MiB, 'G'));
    origin.put('/v/index.m3u8', Buffer.from(mediaPlaylist(names)));
  });
  afterEach(async () => {
    await store.close();
    await Promise.all([origin.stop(), server.stop()]);
    await rm(scratch, { recursive: true, force: true });
  });

  const copy = async (headers: unknown): Promise<FlantsResult> => {
    await writeFile(join(scratch, 'headers.json'), JSON.stringify(headers));
    const words = ['copy', `${origin.url}/v/index.m3u8`, `s3://${server.bucket}/vod`, '--region', server.region];
    const files = ['--header-policy', 'headers.json', '--report', 'report.json', '--state', 'state', '--no-progress'];
    return runFlants([...words, ...files], {
      cwd: scratch,
      env: {
        HOME: scratch,
        FLANTS_ENDPOINT: server.endpoint,
        AWS_ACCESS_KEY_ID: server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      },
    });
  };
  const head = (key: string): Promise<StoredObject | undefined> => store.head(`v/${key}`, { signal });

  it.skipIf(!isThere)('writes each object as its role is to be written, small ones and those in parts', async () => {
    const { code, stderr } = await copy(policy);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(await readFile(join(scratch, 'report.json'), 'utf8')) as {
      readonly unkept: readonly string[];
    };
    const unkept = report.unkept
      .filter((text) => text.includes('--header-policy'))
      .map((text) => text.split(' of ')[0]);
    for (const each of names)
      expect(await head(each), each).toMatchObject({ contentType: 'video/MP2T', cacheControl: 'max-age=7' });
    const playlist = await head('index.m3u8');
    expect(playlist).toMatchObject({ contentType: 'application/vnd.apple.mpegurl', cacheControl: 'max-age=3' });
    if (name === 'versitygw') {
      expect(unkept).toEqual(['the storage class', 'the encryption']);
      return;
    }
    expect(unkept).toEqual([]);
    expect(playlist).toMatchObject({ encryption: 'AES256', tagCount: 2 });
    expect(playlist?.storageClass).toBeUndefined();
    for (const each of names)
      expect(await head(each), each).toMatchObject({ storageClass: 'STANDARD_IA', encryption: 'AES256', tagCount: 2 });
  });

  // versitygw takes any class, and says that it kept none.
  it.skipIf(!isThere || name === 'versitygw')(
    'says at the start which role the store refuses, and copies nothing',
    async () => {
      const { code, stderr } = await copy({ segment: { storageClass: 'NO_SUCH_CLASS' } });
      expect(code).toBe(1);
      expect(stderr).toContain('the destination does not take what --header-policy says of the role segment: ');
      expect(await head('small.ts')).toBeUndefined();
    },
  );
});
