import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOnPath } from '../../scripts/tools.ts';
import type { VerifyReport } from '../../src/domain/report/verification.ts';
import { mediaExamples, mediaLibrary, originalHash, streamHash } from '../media/library.ts';
import { startOrigin } from '../servers/origin.ts';
import type { Origin } from '../servers/origin.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { reachableFiles } from './playlist-lines.ts';
import { bucketKinds, openPublicBucket } from './public-bucket.ts';
import type { PublicBucket } from './public-bucket.ts';

/** One object of each kind, and the presentation that lacks it then. */
const removals = [
  { what: 'a segment', playlist: 'ladder/master.m3u8', key: 'ladder/lo/seg_00003.ts' },
  { what: 'an initialization section', playlist: 'fmp4/master.m3u8', key: 'fmp4/init.mp4' },
  { what: 'the file of all byte ranges', playlist: 'byte-ranges/fmp4/master.m3u8', key: 'byte-ranges/fmp4/all.mp4' },
  { what: 'a key', playlist: 'aes/index.m3u8', key: 'aes/keys/k2.key' },
  { what: 'a segment of alternate audio', playlist: 'tracks/master.m3u8', key: 'tracks/de/seg_004.m4s' },
  { what: 'a segment of subtitles', playlist: 'tracks/master.m3u8', key: 'tracks/video/index3.vtt' },
  { what: 'a playlist of alternate audio', playlist: 'tracks/master.m3u8', key: 'tracks/en/index.m3u8' },
  { what: 'a playlist of a variant', playlist: 'ladder/master.m3u8', key: 'ladder/hi/index.m3u8' },
  { what: 'the multivariant playlist', playlist: 'ladder/master.m3u8', key: 'ladder/master.m3u8' },
] as const;

const contentTypes = [
  { key: 'ladder/master.m3u8', type: 'application/vnd.apple.mpegurl' },
  { key: 'tracks/video/index_vtt.m3u8', type: 'application/vnd.apple.mpegurl' },
  { key: 'ladder/hi/seg_00000.ts', type: 'video/mp2t' },
  { key: 'fmp4/init.mp4', type: 'video/mp4' },
  { key: 'tracks/video/index0.vtt', type: 'text/vtt' },
] as const;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!isOnPath('ffmpeg')).each(bucketKinds)(
  'real HLS made by ffmpeg, copied to $kind',
  ({ kind, isThere }) => {
    describe.skipIf(!isThere)('by one command', () => {
      let [folder, scratch] = ['', ''];
      let origin: Origin;
      let bucket: PublicBucket;
      let copied: FlantsResult;
      beforeAll(async () => {
        folder = await mediaLibrary();
        scratch = await mkdtemp(join(tmpdir(), 'flants-media-'));
        [origin, bucket] = await Promise.all([startOrigin({ folder }), openPublicBucket(kind)]);
        const sources = mediaExamples.map(({ playlist }) => `${origin.url}/${playlist}`);
        copied = await run('copy', ...sources, bucket.destination, '--no-progress', '--threads', '2', ...withState());
      });
      afterAll(async () => {
        await Promise.all([origin.stop(), bucket.stop()]);
        await rm(scratch, { recursive: true });
      });

      const withState = (): readonly string[] => ['--state', join(scratch, 'state')];
      const run = (...args: readonly string[]): Promise<FlantsResult> =>
        runFlants(args, { env: { ...bucket.env, HOME: scratch } });
      const verify = (playlist: string, ...flags: readonly string[]): Promise<FlantsResult> =>
        run('verify', `${bucket.destination}/${playlist}`, ...flags);

      it('all of it is published', () => {
        expect(copied.code, copied.stdout + copied.stderr).toBe(0);
        expect(copied.stdout).toContain('6 videos: 6 published');
      });

      it('every file that a playlist names stands there, and nothing else', async () => {
        const named = await Promise.all(mediaExamples.map(({ playlist }) => reachableFiles(folder, playlist)));
        const paths = await readdir(folder, { recursive: true, withFileTypes: true });
        // The library holds nothing that no playlist names: should the reading of lines lose something, it shows here.
        expect(named.flat()).toHaveLength(paths.filter((path) => path.isFile()).length);
        expect(await bucket.keys()).toEqual(named.flat().toSorted());
      });

      it('every one has the bytes of its source, playlists too', async () => {
        const hashes = async (read: (key: string) => Promise<Uint8Array>): Promise<readonly string[]> =>
          Promise.all((await bucket.keys()).map(async (key) => `${sha256(await read(key))} ${key}`));
        expect(await hashes(bucket.read)).toEqual(await hashes((key) => readFile(join(folder, key))));
      });

      it.each(contentTypes)('$key has the type $type', async ({ key, type }) => {
        const answer = await fetch(`${bucket.url}/${key}`, { method: 'HEAD' });
        expect(answer.headers.get('content-type')).toBe(type);
      });

      it.each(mediaExamples)('$playlist plays the same from there', async ({ playlist }) => {
        const original = await originalHash(playlist);
        expect(original).toMatch(/MD5=/);
        expect(await streamHash(`${bucket.url}/${playlist}`)).toBe(original);
      });

      it.each(mediaExamples)(
        '$playlist is whole by itself, and by the checksums of what was copied',
        async ({ playlist }) => {
          const objects = (await reachableFiles(folder, playlist)).filter((path) => !path.endsWith('.m3u8')).length;
          const alone = await verify(playlist);
          const compared = await verify(playlist, '--checksums', '--json', ...withState());
          for (const { code, stdout, stderr } of [alone, compared]) expect(code, stdout + stderr).toBe(0);
          expect(alone.stdout).toContain(`${bucket.destination}/${playlist}: whole\n`);
          expect(JSON.parse(compared.stdout)).toMatchObject({ objects, checkedChecksums: objects, problems: [] });
        },
      );

      it('tracks/master.m3u8 is whole by the sizes of what was copied, and as players see it', async () => {
        const remembered = await verify('tracks/master.m3u8', ...withState());
        const seen = await run('verify', `${bucket.url}/tracks/master.m3u8`);
        expect(remembered.code, remembered.stdout + remembered.stderr).toBe(0);
        // Neither store answers pages of other hosts unless a bucket is told to.
        expect(seen.code, seen.stdout + seen.stderr).toBe(3);
        expect(seen.stdout).toContain('master.m3u8: whole, but its delivery has warnings\n');
      });

      it.each(removals)('$what is missed when it is gone', async ({ playlist, key }) => {
        const restore = await bucket.spoil(key);
        try {
          const { code, stdout } = await verify(playlist, '--json');
          expect(code).toBe(2);
          expect((JSON.parse(stdout) as VerifyReport).problems).toMatchObject([
            { code: 'verify.missing', key: `vod/${key}` },
          ]);
        } finally {
          await restore();
        }
      });

      it('all that are gone are named at once, with a state at hand and as players see it', async () => {
        const gone = removals.flatMap(({ playlist, key }) => (playlist === 'tracks/master.m3u8' ? [key] : []));
        const restores = await Promise.all(gone.map((key) => bucket.spoil(key)));
        try {
          const remembered = await verify('tracks/master.m3u8', ...withState());
          const seen = await run('verify', `${bucket.url}/tracks/master.m3u8`);
          for (const { code, stdout } of [remembered, seen]) {
            expect(code, stdout).toBe(2);
            expect(stdout).toContain(`not whole: ${gone.length} problems\n`);
          }
          for (const key of gone) {
            expect(remembered.stdout).toMatch(new RegExp(`^  ${key}: the .* is not there \\[verify\\.missing\\]`, 'm'));
            expect(seen.stdout).toContain(`  ${bucket.url}/${key}: the `);
          }
        } finally {
          await Promise.all(restores.map((restore) => restore()));
        }
      });

      it('other bytes are told from those that were copied and published, by a state', async () => {
        const cut = (await bucket.read('tracks/en/index.m3u8')).toString().replace(/#EXTINF:.*\n.*seg_006\.m4s\n/, '');
        const flipped = await bucket.read('tracks/de/seg_004.m4s');
        flipped[500] = (flipped[500] ?? 0) ^ 1;
        const restores = await Promise.all([
          bucket.spoil('tracks/en/index.m3u8', Buffer.from(cut)),
          bucket.spoil('tracks/de/seg_004.m4s', flipped),
        ]);
        try {
          const { code, stdout } = await verify('tracks/master.m3u8', '--checksums', '--json', ...withState());
          expect(code).toBe(2);
          expect((JSON.parse(stdout) as VerifyReport).problems).toMatchObject([
            { code: 'verify.checksum', key: 'tracks/de/seg_004.m4s' },
            { code: 'verify.size', key: 'tracks/en/index.m3u8' },
          ]);
        } finally {
          await Promise.all(restores.map((restore) => restore()));
        }
      });
    });
  },
);
