import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/progress/event.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { startRecording } from '../media/recording.ts';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { differing, full, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 1, filesPerVideo: 3, fileBytes: 500, seed: 'live' };
const endless = (...lines: readonly string[]): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...lines, '#EXTINF:1,', 'a.ts', ''].join('\n');

describe('A copy of recordings', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  const catalogueOf = async (...paths: readonly string[]): Promise<string> => {
    const catalogue = join(stage.scratch, 'videos.json');
    const rows = paths.map((path) => ({ id: path.split('/')[1], url: stage.origin.url + path }));
    await writeFile(catalogue, JSON.stringify(rows));
    return catalogue;
  };
  const status = async (): Promise<{ readonly code: number | null; readonly report: LibraryReport }> => {
    const { code, stdout } = await stage.run('status', '--json');
    return { code, report: JSON.parse(stdout) as LibraryReport };
  };

  it('waits for none that goes on, names it, and takes it once it is over', async () => {
    stage = await openStage({ destination: 'folder', library });
    const recording = startRecording(stage.origin, 'class', 1000);
    const catalogue = await catalogueOf(syntheticPlaylist(0), recording.path);
    const during = await stage.copy(catalogue);
    expect(during.code, during.stderr).toBe(3);
    expect(during.stdout).toContain('2 videos: 1 published, 1 live\n');
    expect(during.stdout).toMatch(
      /^Live: not over yet:\n {2}class: http:\S+\/class\/high\.m3u8 has no EXT-X-ENDLIST; /m,
    );
    expect(during.stdout).toContain('  next: run the same copy again once they are over');
    expect(during.stderr).toContain('class: live: its recording is not over');
    const { code, report } = await status();
    expect([code, report.videos.find(({ id }) => id === 'class')?.state]).toEqual([3, 'live']);
    expect(await stage.object('class/high-0.ts')).toBeUndefined();

    await sleep(full ? 60_000 : 2_000);
    const endedAt = recording.end();
    const after = await stage.copy(catalogue);
    console.log(
      `copied ${((performance.now() - endedAt) / 1000).toFixed(1)} s after its end, the command's start included`,
    );
    expect(after.code, after.stderr).toBe(0);
    expect(
      await differing(
        stage,
        [...recording.objects].map(([path, body]) => ({ path, body })),
      ),
    ).toEqual([]);
    expect((await stage.run('verify', join(stage.destination, recording.path))).code).toBe(0);
  });

  it('tells in a dry run which of them go on', async () => {
    stage = await openStage({
      destination: 'folder',
      files: { '/class/master.m3u8': endless(), '/class/a.ts': 'media' },
    });
    const dry = await stage.copy('/class/master.m3u8', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([3, expect.stringContaining('1 video: 1 live\n')]);
  });

  it('takes one of type VOD as over, with a warning and an end', async () => {
    const files = { '/class/index.m3u8': endless('#EXT-X-PLAYLIST-TYPE:VOD'), '/class/a.ts': 'media' };
    stage = await openStage({ destination: 'folder', files });
    const copied = await stage.copy('/class/index.m3u8');
    expect(copied.code, copied.stderr).toBe(3);
    expect(copied.stdout).toContain('1 published');
    expect(copied.stdout).toMatch(/^Warnings:\n.*of type VOD/m);
    expect(String(await stage.object('class/index.m3u8'))).toBe(`${files['/class/index.m3u8']}#EXT-X-ENDLIST\n`);
    expect((await stage.run('verify', join(stage.destination, 'class/index.m3u8'))).code).toBe(0);
  });

  it('takes one whose encoder died as over when it is asked to, and holds no other up meanwhile', async () => {
    const files = { '/dead/index.m3u8': endless(), '/dead/a.ts': 'media' };
    stage = await openStage({ destination: 'folder', files, library });
    const growing = startRecording(stage.origin, 'growing', 1000);
    const catalogue = await catalogueOf('/dead/index.m3u8', growing.path, syntheticPlaylist(0));
    const copied = await stage.copy(catalogue, '--assume-ended', '--json');
    growing.die();
    expect(copied.code, copied.stderr).toBe(3);
    const states = copied.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
      .flatMap((event) => (event.type === 'video' ? [`${event.video} ${event.state}`] : []));
    expect(states.slice(0, 2).toSorted()).toEqual(['dead live', 'growing live']);
    expect(states.indexOf('video-000 published')).toBeLessThan(states.indexOf('dead published'));
    expect(states.slice(2)).toContain('growing live');
    expect(String(await stage.object('dead/index.m3u8'))).toBe(`${files['/dead/index.m3u8']}#EXT-X-ENDLIST\n`);
    const dead = (await status()).report.videos.find(({ id }) => id === 'dead');
    expect(dead).toMatchObject({ state: 'published', warnings: [expect.stringContaining('--assume-ended')] });
    expect((await stage.run('verify', join(stage.destination, 'dead/index.m3u8'))).code).toBe(0);
    const again = await stage.copy(await catalogueOf('/dead/index.m3u8'));
    expect([again.code, again.stdout]).toEqual([3, expect.stringContaining('1 published')]);
  });

  it('goes on counting how long it has been the same where an earlier run began', async () => {
    stage = await openStage({ destination: 'folder', files: { '/dead/index.m3u8': endless(), '/dead/a.ts': 'media' } });
    expect((await stage.copy('/dead/index.m3u8')).stdout).toContain('1 live');
    await sleep(3000);
    const begun = performance.now();
    const copied = await stage.copy('/dead/index.m3u8', '--assume-ended', '--json');
    expect(copied.stdout, `${performance.now() - begun} ms`).not.toContain('"state":"live"');
    expect(copied.stdout).toContain('"state":"published"');
  });
});

describe('A copy of what was not there at first', patient, () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('is made by the next run of the same command', async () => {
    stage = await openStage({ destination: 'folder', library });
    stage.origin.behave(syntheticPlaylist(0), { kind: 'status', status: 404 });
    expect((await stage.copy(syntheticPlaylist(0))).code).toBe(1);
    stage.origin.heal(syntheticPlaylist(0));
    expect((await stage.copy(syntheticPlaylist(0))).code).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
  });
});
