import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOnPath } from '../../scripts/tools.ts';
import { mediaLibrary, originalHash, streamHash } from '../media/library.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { changeUris, reachableFiles, urisIn } from './playlist-lines.ts';
import { bucketKinds, openPublicBucket } from './public-bucket.ts';
import type { PublicBucket } from './public-bucket.ts';

/** Playlists are asked for at home, and may name what lies elsewhere. */
interface Hosts {
  readonly home: Origin;
  readonly elsewhere: Origin;
}

/** A way to write URIs that would lead players back to the old home. */
interface Spelling {
  readonly name: string;
  /** Whether a file lies on the other host. */
  readonly isElsewhere: (path: string) => boolean;
  /**
   * The URI in place of a relative one.
   *
   * @param url - where it leads, on the host on which that lies
   */
  readonly spell: (url: URL) => string;
}

const isRoot = (path: string): boolean => path.endsWith('/master.m3u8') || path === 'aes/index.m3u8';
const nothing = (): boolean => false;
const href = (url: URL): string => url.href;

const spellings: readonly Spelling[] = [
  { name: 'absolute', isElsewhere: nothing, spell: href },
  { name: 'from-the-root', isElsewhere: nothing, spell: (url) => url.pathname },
  { name: 'without-scheme', isElsewhere: nothing, spell: ({ host, pathname }) => `//${host}${pathname}` },
  { name: 'with-a-query', isElsewhere: nothing, spell: ({ href: url }) => `${url}?revision=7` },
  { name: 'media-elsewhere', isElsewhere: (path) => !path.endsWith('.m3u8'), spell: href },
  { name: 'all-but-the-root-elsewhere', isElsewhere: (path) => !isRoot(path), spell: href },
];
const presentations = ['tracks/master.m3u8', 'aes/index.m3u8'];
const cases = spellings.flatMap((spelling) => presentations.map((playlist) => ({ ...spelling, playlist })));

/** Puts one presentation, spelled so, on the hosts; no file is on a host where it should not be found. */
async function publish(
  folder: string,
  { name, playlist, isElsewhere, spell }: (typeof cases)[number],
  { home, elsewhere }: Hosts,
): Promise<void> {
  const hostOf = (path: string): Origin => (isElsewhere(path) ? elsewhere : home);
  const urlOf = (path: string): URL => new URL(`${hostOf(path).url}/${name}/${path}`);
  for (const path of await reachableFiles(folder, playlist)) {
    const bytes = await readFile(join(folder, path));
    const respell = (uri: string): string => spell(urlOf(join(dirname(path), uri)));
    const body = path.endsWith('.m3u8') ? changeUris(bytes.toString(), respell) : bytes;
    hostOf(path).put(urlOf(path).pathname, body);
  }
}

describe.skipIf(!isOnPath('ffmpeg')).each(bucketKinds)(
  'HLS by ffmpeg whose playlists name their home, copied to $kind',
  ({ kind, isThere }) => {
    describe.skipIf(!isThere)('and played when that home is gone', () => {
      let [folder, scratch] = ['', ''];
      let bucket: PublicBucket;
      let copied: FlantsResult;
      beforeAll(async () => {
        folder = await mediaLibrary();
        scratch = await mkdtemp(join(tmpdir(), 'flants-addresses-'));
        bucket = await openPublicBucket(kind);
        const [home, elsewhere] = await Promise.all([startOrigin(), startOrigin()]);
        try {
          for (const each of cases) await publish(folder, each, { home, elsewhere });
          const sources = cases.map(({ name, playlist }) => `${home.url}/${name}/${playlist}`);
          copied = await run(
            'copy',
            ...sources,
            bucket.destination,
            '--state',
            join(scratch, 'state'),
            '--no-progress',
            // Playlists name the other one.
            '--allow-host',
            new URL(elsewhere.url).host,
          );
        } finally {
          await Promise.all([home.stop(), elsewhere.stop()]);
        }
      });
      afterAll(async () => {
        await bucket.stop();
        await rm(scratch, { recursive: true });
      });
      const run = (...args: readonly string[]): Promise<FlantsResult> =>
        runFlants(args, { env: { ...bucket.env, HOME: scratch } });

      it('all of it is published', () => {
        expect(copied.code, copied.stdout + copied.stderr).toBe(0);
        expect(copied.stdout).toContain(`${cases.length} videos: ${cases.length} published`);
      });

      it('no playlist names a host or a root any more', async () => {
        const playlists = (await bucket.keys()).filter((key) => key.endsWith('.m3u8'));
        expect(playlists).toHaveLength(spellings.length * (5 + 1));
        for (const key of playlists) {
          const uris = urisIn((await bucket.read(key)).toString());
          expect(uris.length, key).toBeGreaterThan(0);
          expect(
            uris.filter((uri) => /^\/|^[a-z]+:|\?/.test(uri)),
            key,
          ).toEqual([]);
        }
      });

      it.each(cases)('$name/$playlist plays the same from there', async ({ name, playlist }) => {
        expect(await streamHash(`${bucket.url}/${name}/${playlist}`)).toBe(await originalHash(playlist));
      });

      it.each(spellings)('$name: whole', async ({ name }) => {
        const { code, stdout, stderr } = await run('verify', `${bucket.destination}/${name}/tracks/master.m3u8`);
        expect(code, stdout + stderr).toBe(0);
      });
    });
  },
);
