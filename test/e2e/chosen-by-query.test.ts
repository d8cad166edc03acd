import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import type { Behaviour, SeenRequest } from '../servers/origin.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import { runFlants, startFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const playlists: Readonly<Record<string, string>> = {
  '/a/v.m3u8': mediaPlaylist(['/segment.ts?token=A0', '/segment.ts?token=A1']),
  '/b/v.m3u8': mediaPlaylist(['/segment.ts?token=B0', '/segment.ts?token=B1']),
  '/c/v.m3u8': mediaPlaylist(['/segment.ts?token=C0']),
  '/d/v.m3u8': mediaPlaylist(['/segment.ts?token=D0']),
};
const bytesOf = (token: string): string => `segment ${token} `.repeat(100);

/** One path serves all segments of all videos, by the value of a parameter that is named like a token. */
function rule({ path }: SeenRequest): Behaviour | undefined {
  const token = new URL(path, 'http://origin').searchParams.get('token');
  if (token !== null) return { kind: 'answer', headers: { 'content-type': 'video/mp2t' }, body: bytesOf(token) };
  const body = playlists[path];
  return body === undefined
    ? undefined
    : { kind: 'answer', headers: { 'content-type': 'application/vnd.apple.mpegurl' }, body };
}

describe('segments that a parameter named like a token chooses', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  const catalogue = async (...names: readonly string[]): Promise<string> => {
    const path = join(stage.scratch, 'videos.json');
    const rows = names.map((id) => ({ id, playlistUrl: `${stage.origin.url}/${id}/v.m3u8` }));
    await writeFile(path, JSON.stringify(rows));
    return path;
  };
  /** What the published playlist of a video leads to. */
  const playedFrom = async (video: string): Promise<readonly (string | undefined)[]> => {
    const playlist = (await stage.object(`${video}/v.m3u8`))?.toString() ?? '';
    const uris = playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const keys = uris.map((uri) => new URL(uri, `http://x/${video}/v.m3u8`).pathname.slice(1));
    return Promise.all(keys.map(async (key) => (await stage.object(decodeURIComponent(key)))?.toString()));
  };
  const expectAllThere = async (): Promise<void> => {
    expect(await playedFrom('a')).toEqual([bytesOf('A0'), bytesOf('A1')]);
    expect(await playedFrom('b')).toEqual([bytesOf('B0'), bytesOf('B1')]);
  };

  it('are stored apart by a copy, once, under names that a later copy knows again', async () => {
    stage = await openStage({ destination: 'versitygw', rule });
    const videos = await catalogue('a', 'b');
    const copied = await stage.copy(videos);
    expect(copied.code, copied.stderr).toBe(0);
    await expectAllThere();
    stage.clear();
    expect((await stage.copy(videos)).code).toBe(0);
    expect(stage.puts()).toEqual([]);
    expect(await stateOf(stage)).not.toMatch(/token=[A-D]\d/);
  });

  it.each(['versitygw', 'folder'] as const)(
    'of videos with one segment each are not taken for one another (%s)',
    async (destination) => {
      stage = await openStage({ destination, rule });
      expect((await stage.copy(await catalogue('c'))).code).toBe(0);
      const second = await stage.copy(await catalogue('c', 'd'));
      expect(second.code).toBe(2);
      expect(second.stdout + second.stderr).toMatch(/--key-params.*\[key\.conflict\]/);
      expect(second.stdout).toMatch(/copied for the video c,/);
      expect(second.stdout + second.stderr).not.toMatch(/store\.conflict|--existing overwrite/);
      expect(await playedFrom('c')).toEqual([bytesOf('C0')]);
      expect(await stage.object('d/v.m3u8')).toBeUndefined();
    },
  );

  it('are stored apart where the option names the parameter', async () => {
    stage = await openStage({ destination: 'folder', rule });
    const copied = await stage.copy(await catalogue('c', 'd'), '--key-params', 'token');
    expect(copied.code, copied.stderr).toBe(0);
    expect(await playedFrom('c')).toEqual([bytesOf('C0')]);
    expect(await playedFrom('d')).toEqual([bytesOf('D0')]);
  });

  it.skipIf(!hasRedis)('are stored apart by a cluster', async () => {
    stage = await openStage({ destination: 'folder', rule });
    const redis = await startRedis({ appendonly: true });
    const env = { FLANTS_REDIS: redis.url, FLANTS_JOURNAL: join(stage.scratch, 'journal'), HOME: stage.scratch };
    const words = ['--transfers', '1', '--listen', '127.0.0.1:0'];
    const up = startFlants(['up', await catalogue('a', 'b'), stage.destination, ...words], { env });
    try {
      for (let published = 0; published < 2; await sleep(200)) {
        const { stdout } = await runFlants(['videos', stage.destination, '--in-state', 'published', '--json'], { env });
        published = stdout.split('"id":').length - 1;
      }
      await expectAllThere();
    } finally {
      up.kill('SIGTERM');
      await up.ended;
      await redis.stop();
    }
  });
});

/** All that the state of a stage holds, as text. */
async function stateOf({ stateDir }: Stage): Promise<string> {
  const names = await readdir(stateDir);
  return (await Promise.all(names.map((name) => readFile(join(stateDir, name), 'latin1')))).join('\n');
}
