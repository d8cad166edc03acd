import { describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { startFauxqs } from '../servers/fauxqs.ts';
import { openS3At } from '../servers/open-s3.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { StageOptions } from './stage.ts';

const { signal } = new AbortController();

/** Two of the segments differ in nothing but an empty part of their paths. */
const files: Readonly<Record<string, Buffer>> = Object.fromEntries(
  [
    ['/v//index.m3u8', mediaPlaylist(['a.ts', 'x//b.ts', '../c.ts', '../x/b.ts', '/v//x/b.ts'])],
    ...['/v//a.ts', '/v//x//b.ts', '/v/c.ts', '/v/x/b.ts', '/v//x/b.ts'].map((path) => [path, `segment of ${path}`]),
  ].map(([path = '', text = '']) => [path, Buffer.from(text)]),
);

const stores: readonly StageOptions['destination'][] = ['folder', ...(hasVersitygw ? (['versitygw'] as const) : [])];

describe.each(stores)('names with empty segments, copied to a store that folds them (%s),', (destination) => {
  it('are renamed, the same in each run, and the playlist leads to them', patient, async () => {
    const stage = await openStage({ destination, files });
    try {
      const copied = await stage.copy('/v//index.m3u8');
      expect(copied).toMatchObject({ code: 0 });
      const again = await stage.copy('/v//index.m3u8', '--json');
      expect(again).toMatchObject({ code: 0 });
      expect(await stage.object('v/x/b.ts')).toEqual(files['/v/x/b.ts']);
      expect(await stage.object('v/c.ts')).toEqual(files['/v/c.ts']);
      const report = JSON.parse((await stage.run('report', '--format', 'json')).stdout) as {
        videos: { playlistKey: string; files: unknown }[];
      };
      expect(report.videos).toMatchObject([{ files: { total: 5, done: 5 } }]);
      const key = report.videos[0]?.playlistKey ?? '';
      expect(key).toMatch(/^v\/_empty~[0-9a-f]{32}\/index\.m3u8$/);
      expect(await stage.run('verify', `${stage.destination}/${key}`, '--checksums')).toMatchObject({ code: 0 });
    } finally {
      await stage.close();
    }
  });
});

describe('names with empty segments, copied to a store that keeps them,', () => {
  it('stay, and so does the playlist, but for what names its host', patient, async () => {
    const stage = await openStage({ destination: 'folder', files });
    const server = await startFauxqs();
    const store = openS3At(server, 'vod');
    try {
      const env = {
        FLANTS_ENDPOINT: server.endpoint,
        AWS_ACCESS_KEY_ID: server.accessKeyId,
        AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
      };
      const destination = `s3://${server.bucket}/vod`;
      const state = ['--state', stage.stateDir];
      const url = `${stage.origin.url}/v//index.m3u8`;
      expect(await runFlants(['copy', url, destination, ...state, '--no-progress'], { env })).toMatchObject({
        code: 0,
      });
      const keys: string[] = [];
      for await (const { key } of store.list('', { signal })) keys.push(key);
      expect(keys).toEqual(
        Object.keys(files)
          .map((path) => path.slice(1))
          .toSorted(),
      );
      const verified = await runFlants(['verify', `${destination}/v//index.m3u8`, ...state, '--checksums'], { env });
      expect(verified).toMatchObject({ code: 0 });
    } finally {
      await store.close();
      await server.stop();
      await stage.close();
    }
  });
});
