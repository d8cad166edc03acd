import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanReport } from '../../src/domain/report/plan.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

/** One story, told step by step: each test goes on where the one before it ended. */
describe('a plan of a video without some of its files', patient, () => {
  let stage: Stage;
  let video: string;
  beforeAll(async () => {
    const names = ['a.ts', 'kept.ts', 'gone.ts', 'lost.ts'];
    const there = Object.fromEntries(names.slice(0, 3).map((name) => [`/v/${name}`, 'media']));
    stage = await openStage({ destination: 'folder', files: { '/v/index.m3u8': mediaPlaylist(names), ...there } });
    video = `${new URL(stage.origin.url).host.replace(':', '~')}/v/index`;
    expect((await stage.copy('/v/index.m3u8')).code).toBe(2);
    // Copied once, and lost by the source since: its evidence stays.
    stage.origin.behave('/v/gone.ts', { kind: 'status', status: 404 });
    expect((await stage.copy('/v/index.m3u8', '--recheck')).code).toBe(2);
  });
  afterAll(() => stage.close());

  const plan = (...flags: readonly string[]) =>
    runFlants(['plan', `${stage.origin.url}/v/index.m3u8`, stage.destination, '--state', stage.stateDir, ...flags], {
      env: stage.env,
    });
  const planned = async (): Promise<PlanReport> => JSON.parse((await plan('--json')).stdout) as PlanReport;
  const accept = (key: string) => stage.run('accept', video, key, '--reason', 'lost');
  const exactly = (value: number) => ({ value, error: 0 });

  it('counts what was accepted apart, and does not ask its size', async () => {
    expect((await accept('v/gone.ts')).code).toBe(0);
    const asked = (): readonly string[] =>
      stage.origin.requests.filter(({ method }) => method === 'HEAD').map(({ path }) => path);
    const before = asked().length;
    expect((await planned()).files).toMatchObject({
      total: exactly(4),
      there: exactly(2),
      accepted: exactly(1),
      toCopy: exactly(1),
      objects: exactly(1),
    });
    expect(asked().slice(before)).toEqual(['/v/lost.ts']);
    expect((await plan()).stdout).toContain('Files      4: 2 there, 1 accepted as missing, 1 to copy\n');
    expect((await stage.copy('/v/index.m3u8', '--dry-run')).stdout).toContain(
      '4 files: 2 there (10 B), 1 failed, of which 1 accepted, 1 to copy\n',
    );
  });

  it('has nothing left to copy once the video is published without them', async () => {
    expect((await accept('v/lost.ts')).code).toBe(0);
    const { files, videos } = await planned();
    expect(videos).toMatchObject({ toCopy: exactly(0), published: exactly(1) });
    expect(files).toMatchObject({ there: exactly(2), accepted: exactly(2), toCopy: exactly(0), objects: exactly(0) });
  });
});
