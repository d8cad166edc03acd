import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { FlantsError } from '../domain/failure.ts';
import { crc32Hex } from '../storage/checksum.ts';
import { openMemoryStore } from '../storage/memory-store.ts';
import type { MemoryStore } from '../storage/memory-store.ts';
import { destinationInStore } from './destination.ts';
import type { StoreDestination } from './destination.ts';
import { verifyLibrary } from './verify-library.ts';
import type { LibraryVerifyRequest, VideoToVerify, WalkedLibrary } from './verify-library.ts';

const never = new AbortController().signal;
const ids = Array.from({ length: 12 }, (_, index) => `v${index}`);

const playlistOf = (segment: string): string =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${segment}\n#EXT-X-ENDLIST\n`;

async function storeOf(objects: Readonly<Record<string, string>>): Promise<MemoryStore> {
  const store = openMemoryStore();
  for (const [key, text] of Object.entries(objects)) {
    const body = Buffer.from(text);
    await store.put(key, body, crc32Hex(body), { contentType: '', cacheControl: '', signal: never });
  }
  return store;
}

function libraryOf(videos: readonly string[]): Promise<MemoryStore> {
  const objects = videos.flatMap((video): [string, string][] => [
    [`${video}/index.m3u8`, playlistOf('0.ts')],
    [`${video}/0.ts`, 'media'],
  ]);
  return storeOf(Object.fromEntries(objects));
}

function destinationOf(store: MemoryStore): StoreDestination {
  return destinationInStore(store, { root: 's3://bucket/', prefix: '', keepsChecksums: true });
}

/** Verifies all that a store has: without a catalogue, by its listing alone. */
function verify(store: MemoryStore, otherwise: Partial<LibraryVerifyRequest> = {}): Promise<WalkedLibrary> {
  const request: LibraryVerifyRequest = {
    name: 'copy',
    destination: destinationOf(store),
    prefixUrl: 's3://bucket/',
    list: () => store.list('', { signal: never }),
    expected: async () => undefined,
    acceptedBecause: () => undefined,
    readsBytes: false,
    peeks: false,
    concurrency: 2,
    ...otherwise,
  };
  return verifyLibrary(request, never);
}

/** Rows of a catalogue that takes its time. */
async function* rows(): AsyncGenerator<VideoToVerify> {
  for (const video of ids) {
    yield { video, key: `${video}/index.m3u8` };
    await new Promise(setImmediate);
  }
}

describe('A destination that fails while a library is verified', () => {
  test('ends it with that failure, once nothing is under way any more', async () => {
    const store = await libraryOf(ids);
    const usual = destinationOf(store);
    let [underWay, begun] = [0, 0];
    const destination: StoreDestination = {
      ...usual,
      async read(url, options) {
        underWay += 1;
        begun += 1;
        try {
          if (url.includes('/v0/')) throw new FlantsError('store.denied', 'no right to read');
          await sleep(10);
          if (url.includes('/v1/')) throw new FlantsError('store.denied', 'nor this');
          return await usual.read(url, options);
        } finally {
          underWay -= 1;
        }
      },
    };
    const verifying = verify(store, { destination, videos: rows() });
    await expect(verifying).rejects.toMatchObject({ code: 'store.denied', message: 'no right to read' });
    expect(underWay).toBe(0);
    expect(begun).toBeLessThan(ids.length);
  });
});

describe('Playlists whose names do not say that they are some', () => {
  test('are videos like all others, and what they name is named', async () => {
    const variants = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nLevels(1)/Manifest(video,format=m3u8-aapl)\n';
    const store = await storeOf({
      'a/index.m3u8': playlistOf('seg~1f2e'),
      'a/seg~1f2e': 'media',
      'b/manifest(format=m3u8-aapl)': `${variants}#EXT-X-STREAM-INF:BANDWIDTH=2\nlow.m3u8\n`,
      'b/Levels(1)/Manifest(video,format=m3u8-aapl)': playlistOf('Fragments(video=0)'),
      'b/Levels(1)/Fragments(video=0)': 'media',
      'b/low.m3u8': playlistOf('missing'),
      'get~1f2e.php': `\uFEFF${playlistOf('0.ts')}`,
      '0.ts': 'media',
      'left over': 'of somebody else',
    });
    const opened: string[] = [];
    const usual = destinationOf(store);
    const report = await verify(store, {
      destination: {
        ...usual,
        readHead(url, options) {
          opened.push(usual.keyOf(url));
          return usual.readHead(url, options);
        },
      },
    });
    expect(report).toMatchObject({ videos: 3, whole: 2, playlists: 5, objects: 4, extra: { keys: ['left over'] } });
    expect(report.notWhole).toMatchObject([
      { video: 'b/manifest(format=m3u8-aapl)', problems: [{ code: 'verify.missing', key: 'b/missing' }] },
    ]);
    expect(opened).not.toContain('0.ts');
  });
});

test('A library without further objects is listed once, and what probes the store is none', async () => {
  const store = await storeOf({
    'a/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n',
    'a/low.m3u8': playlistOf('0.ts'),
    'a/0.ts': 'media',
  });
  const probe = Buffer.from('probe');
  await store.put('.flants-probe-1', probe, crc32Hex(probe), { contentType: '', cacheControl: '', signal: never });
  let listings = 0;
  const counting = (): Promise<WalkedLibrary> =>
    verify(store, {
      list: () => {
        listings += 1;
        return store.list('', { signal: never });
      },
    });
  expect(await counting()).toMatchObject({ videos: 1, whole: 1, extra: { count: 0, keys: [] } });
  expect(listings).toBe(1);
  await store.put('left over.txt', probe, crc32Hex(probe), { contentType: '', cacheControl: '', signal: never });
  expect(await counting()).toMatchObject({ extra: { count: 1, sizeBytes: probe.byteLength, keys: ['left over.txt'] } });
});

describe('Playlists that others name', () => {
  const variants = (...names: readonly string[]): string =>
    `#EXTM3U\n${names.map((name) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}\n`).join('')}`;
  const verifyAll = async (objects: Readonly<Record<string, string>>): Promise<WalkedLibrary> =>
    verify(await storeOf(objects));

  test('are no videos of their own, be they multivariant themselves', async () => {
    const report = await verifyAll({
      'a/inner.m3u8': variants('low.m3u8'),
      'a/low.m3u8': playlistOf('0.ts'),
      'a/0.ts': 'media',
      'a/master.m3u8': variants('inner.m3u8'),
    });
    expect(report).toMatchObject({ videos: 1, whole: 1, playlists: 3, objects: 1, extra: { count: 0 } });
  });

  test('are no videos of their own either where the name of what names them does not say that it is a playlist', async () => {
    const objects = {
      'a/top': variants('inner.m3u8'),
      'a/inner.m3u8': variants('low.m3u8', 'low.m3u8'),
      'a/low.m3u8': playlistOf('0.ts'),
    };
    const whole = await verifyAll({ ...objects, 'a/0.ts': 'media' });
    expect(whole).toMatchObject({ videos: 1, whole: 1, playlists: 3, objects: 1, problems: 0, notWhole: [] });
    const missing = { code: 'verify.missing', key: 'a/0.ts' };
    const broken = await verifyAll(objects);
    expect(broken).toMatchObject({
      videos: 1,
      whole: 0,
      problems: 1,
      notWhole: [{ video: 'a/top', problems: [missing] }],
    });
    const refused = {
      ...objects,
      'a/top': objects['a/top'].replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:IMPORT="a"'),
    };
    expect(await verifyAll(refused)).toMatchObject({
      videos: 1,
      whole: 0,
      problems: 2,
      notWhole: [{ video: 'a/top', problems: [{ code: 'verify.playlist', key: 'a/top' }, missing] }],
    });
  });

  test('belong to the video whose first playlist cannot be followed, and what they name is named', async () => {
    const report = await verifyAll({
      'a/master.m3u8': variants('low.m3u8', 'high.m3u8').replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:IMPORT="a"'),
      'a/low.m3u8': playlistOf('0.ts'),
      'a/high.m3u8': playlistOf('missing.ts'),
      'a/0.ts': 'media',
    });
    expect(report).toMatchObject({ videos: 1, whole: 0, playlists: 3, problems: 2, extra: { count: 0 } });
    expect(report.notWhole).toMatchObject([
      {
        video: 'a/master.m3u8',
        problems: [
          { code: 'verify.playlist', key: 'a/master.m3u8' },
          { code: 'verify.missing', key: 'a/missing.ts' },
        ],
      },
    ]);
  });

  test('may be steered by a server, which is a problem, and are followed all the same', async () => {
    const steered = '#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI="https://steer.example/s"';
    const report = await verifyAll({
      'a/master.m3u8': variants('low.m3u8').replace('#EXTM3U', steered),
      'a/low.m3u8': playlistOf('missing.ts'),
    });
    expect(report).toMatchObject({ videos: 1, whole: 0, playlists: 2, problems: 2 });
    expect(report.notWhole[0]?.problems).toMatchObject([
      { code: 'verify.playlist', key: 'a/master.m3u8', message: expect.stringContaining('line 2: ') as string },
      { code: 'verify.missing', key: 'a/missing.ts' },
    ]);
  });

  test('may import variables from what names them', async () => {
    const report = await verifyAll({
      'a/master.m3u8': variants('{$dir}/low.m3u8').replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:NAME="dir",VALUE="b"'),
      'a/b/low.m3u8': playlistOf('../{$dir}/0.ts').replace('#EXTM3U', '#EXTM3U\n#EXT-X-DEFINE:IMPORT="dir"'),
      'a/b/0.ts': 'media',
    });
    expect(report).toMatchObject({ videos: 1, whole: 1, playlists: 2, problems: 0, extra: { count: 0 } });
  });

  test('name nothing by a URI that is the address of no key, though a key looks like it', async () => {
    const report = await verifyAll({ 'a/index.m3u8': playlistOf('50%.ts'), 'a/50%.ts': 'media' });
    expect(report).toMatchObject({ videos: 1, whole: 0, problems: 1, extra: { keys: ['a/50%.ts'] } });
  });

  test('are doubted to be videos where multivariant ones beside or above them name others', async () => {
    const report = await verifyAll({
      'a/master.m3u8': variants('hi.m3u8', 'mid/index.m3u8'),
      'a/hi.m3u8': playlistOf('0.ts'),
      'a/mid/index.m3u8': playlistOf('../0.ts'),
      'a/0.ts': 'media',
      'a/low.m3u8': playlistOf('0.ts'),
      'a/old/index.m3u8': playlistOf('gone.ts'),
      'a/old/deeper/index.m3u8': playlistOf('../../0.ts'),
      'b/index.m3u8': playlistOf('../a/0.ts'),
      'index.m3u8': playlistOf('a/0.ts'),
    });
    expect(report).toMatchObject({ videos: 6, whole: 5, notWhole: [{ video: 'a/old/index.m3u8' }] });
    expect(report.doubtful).toEqual({ count: 2, keys: ['a/low.m3u8', 'a/old/index.m3u8'] });
  });

  test('are found where they name each other in a circle', async () => {
    const report = await verifyAll({ 'a/one.m3u8': variants('two.m3u8'), 'a/two.m3u8': variants('one.m3u8') });
    expect(report).toMatchObject({ videos: 1, whole: 0, notWhole: [{ problems: [{ code: 'verify.playlist' }] }] });
  });
});

test('What several videos share counts once, there or not, and is a problem of each', async () => {
  const shared = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n../intro.ts\n#EXTINF:2,\n../lost.ts\n#EXT-X-ENDLIST\n';
  const store = await storeOf({
    'a/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../shared/video.m3u8\n',
    'b/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../shared/video.m3u8\n',
    'shared/video.m3u8': shared,
    'intro.ts': 'media',
  });
  async function* videos(): AsyncGenerator<VideoToVerify> {
    for (const video of ['a', 'b']) yield { video, key: `${video}/index.m3u8` };
  }
  const verifyBoth = (acceptedBecause: () => string | undefined): Promise<WalkedLibrary> =>
    verify(store, { videos: videos(), acceptedBecause, readsBytes: true });
  const once = { videos: 2, playlists: 3, objects: 2, sizeBytes: 5, checkedChecksums: 1, extra: { count: 0 } };
  expect(await verifyBoth(() => undefined)).toMatchObject({ ...once, problems: 2, whole: 0 });
  expect(await verifyBoth(() => 'lost')).toMatchObject({
    ...once,
    whole: 2,
    accepted: [{ key: 'lost.ts', reason: 'lost' }],
  });
});

test('A URI that leads out of the copy is named once, of whatever videos', async () => {
  const store = await storeOf({
    'a/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../shared/video.m3u8\n',
    'b/index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n../shared/video.m3u8\n',
    'shared/video.m3u8': playlistOf('0.ts').replace('#EXTINF', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k"\n#EXTINF'),
    'shared/0.ts': 'media',
  });
  expect(await verify(store)).toMatchObject({
    whole: 2,
    outside: [{ playlistUrl: 's3://bucket/shared/video.m3u8', line: 3, tag: 'EXT-X-KEY', uri: 'skd://k' }],
  });
});

test('Of each video one object of each kind is asked how it is stored, and no other', async () => {
  const objects = ids
    .slice(0, 3)
    .flatMap((video): [string, string][] => [
      [`${video}/index.m3u8`, playlistOf('0.ts\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.aac')],
      ...['0.ts', '1.ts', '2.aac'].map((name): [string, string] => [`${video}/${name}`, 'ID3 media']),
    ]);
  const store = await storeOf(Object.fromEntries(objects));
  for (const key of ['v1/0.ts', 'v1/1.ts', 'v2/index.m3u8']) {
    const object = store.objects.get(key);
    if (object) store.objects.set(key, { ...object, contentEncoding: 'gzip' });
  }
  for (const [key, contentType] of [
    ['v0/0.ts', 'text/html'],
    ['v0/index.m3u8', 'text/plain'],
    ['v1/index.m3u8', 'text/plain'],
  ] as const) {
    const object = store.objects.get(key);
    if (object) store.objects.set(key, { ...object, contentType });
  }
  const usual = destinationOf(store);
  const asked: string[] = [];
  const report = await verify(store, {
    destination: {
      ...usual,
      head(url, options) {
        asked.push(usual.keyOf(url));
        return usual.head(url, options);
      },
    },
  });
  expect(asked.toSorted()).toEqual(['v0/0.ts', 'v0/2.aac', 'v1/0.ts', 'v1/2.aac']);
  expect(report).toMatchObject({ videos: 3, whole: 1 });
  expect(report.delivery.map(({ role, level, code }) => [role, level, code])).toEqual([
    ['media-playlist', 'warning', 'verify.type'],
    ['segment', 'fault', 'verify.type'],
  ]);
  expect(report.notWhole.flatMap(({ problems }) => problems)).toMatchObject([
    { code: 'verify.wrong-body', key: 'v1/0.ts' },
    { code: 'verify.wrong-body', key: 'v2/index.m3u8' },
  ]);
});

test('What is in an archive is named, though it is listed like all else', async () => {
  const store = await storeOf({
    'a/index.m3u8': playlistOf('0.ts\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n2.ts'),
    ...Object.fromEntries([0, 1, 2].map((number) => [`a/${number}.ts`, 'media'])),
    'b/index.m3u8': playlistOf('0.ts'),
    'b/0.ts': 'media',
  });
  const archive = (key: string, storageClass: string): void => {
    const object = store.objects.get(key);
    if (object) store.objects.set(key, { ...object, storageClass });
  };
  archive('a/0.ts', 'DEEP_ARCHIVE');
  archive('a/1.ts', 'GLACIER');
  archive('a/2.ts', 'GLACIER_IR');
  archive('b/index.m3u8', 'GLACIER');
  const denied = new FlantsError('store.archived', 'restore it');
  const usual = destinationOf(store);
  const destination: StoreDestination = {
    ...usual,
    read: async (url, options) => {
      if (url.endsWith('b/index.m3u8')) throw denied;
      return usual.read(url, options);
    },
  };
  for (const how of [{}, { peeks: true }, { readsBytes: true }]) {
    const { notWhole } = await verify(store, { destination, ...how });
    expect(
      notWhole.map(({ video, problems }) => [video, ...problems.map(({ code, key }) => `${code} ${key}`)]),
    ).toEqual([
      ['a/index.m3u8', 'store.archived a/0.ts', 'store.archived a/1.ts'],
      ['b/index.m3u8', 'store.archived b/index.m3u8'],
    ]);
  }
});
