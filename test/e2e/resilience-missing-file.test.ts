import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { runFlants } from './flants.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 12, fileBytes: 2_000, seed: 'missing' };
const playlist = syntheticPlaylist(0);
const lost = `/video-000/${syntheticSegment(7)}`;
const lostKey = lost.slice(1);
const playlistKey = playlist.slice(1);
const others = [...syntheticFiles(library)].filter(({ path }) => path !== lost && path !== playlist);

/** One story, told step by step: each test goes on where the one before it ended. */
describe('a segment that the source does not have', patient, () => {
  let stage: Stage;
  let video: string;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', library });
    stage.origin.behave(lost, { kind: 'status', status: 404 });
    video = `${new URL(stage.origin.url).host.replace(':', '~')}/video-000/index`;
  });
  afterAll(() => stage.close());

  const reportOf = async (): Promise<LibraryReport['videos'][number] | undefined> => {
    const { stdout } = await stage.run('report');
    return (JSON.parse(stdout) as LibraryReport).videos[0];
  };

  it('leaves the video incomplete, with the file named, and everything else delivered', async () => {
    const path = join(stage.scratch, 'report.json');
    const copied = await stage.copy(playlist, '--report', path);
    expect(copied.code).toBe(2);
    expect(copied.stdout).toContain('1 video: 1 incomplete');
    expect(copied.stdout).toMatch(new RegExp(`${lostKey}: .*404.*\\[source\\.not-found\\]`));
    expect(await differing(stage, others)).toEqual([]);
    const report = JSON.parse(await readFile(path, 'utf8')) as LibraryReport;
    expect(report.videos).toMatchObject([
      {
        id: video,
        state: 'incomplete',
        files: { total: 12, done: 11, failed: 1, accepted: 0 },
        failures: [{ key: lostKey, failure: { code: 'source.not-found', status: 404 } }],
      },
    ]);
  });

  it('publishes no playlist that names it', async () => {
    expect(await stage.object(playlistKey)).toBeUndefined();
    expect((await stage.run('status')).code).toBe(2);
  });

  it('gives each file a line in the report, that one with its failure', async () => {
    const { stdout } = await stage.run('report', '--format', 'ndjson');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(12);
    expect(lines.filter(({ state }) => state !== 'done')).toMatchObject([
      { index: 7, key: lostKey, state: 'failed', failure: { code: 'source.not-found' } },
    ]);
  });

  it('fails again in the next run, without sending anything twice', async () => {
    const before = stage.origin.countOf(`/video-000/${syntheticSegment(3)}`);
    expect((await stage.copy(playlist)).code).toBe(2);
    expect(stage.origin.countOf(`/video-000/${syntheticSegment(3)}`)).toBe(before);
    expect(await stage.object(playlistKey)).toBeUndefined();
  });

  it('names the way on for words that are no video of the state', async () => {
    expect((await stage.run('status', 'nobody')).stderr).toContain(
      'there is no video nobody in this library; flants status --all lists all of them [video.unknown]',
    );
    expect((await stage.run('status', stage.destination)).stderr).toContain(
      'a library is named by its destination, before all else, or by --state, and not by both',
    );
  });

  it('refuses to accept what has not failed', async () => {
    const refused = await stage.run('accept', video, `video-000/${syntheticSegment(3)}`, '--reason', 'a whim');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('[video.state]');
    expect(refused.stderr).toContain(lostKey);
  });

  it('is published without it once that is accepted, and every report gives the reason', async () => {
    const accepted = await stage.run('accept', video, lostKey, '--reason', 'lost at the origin in 2019');
    expect(accepted).toMatchObject({ code: 0, stdout: `${video} is published without ${lostKey}\n` });
    expect(
      await differing(
        stage,
        [...syntheticFiles(library)].filter(({ path }) => path === playlist),
      ),
    ).toEqual([]);
    const status = await stage.run('status');
    expect(status.code).toBe(3);
    expect(status.stdout).toContain('accepted: lost at the origin in 2019');
    expect(await reportOf()).toMatchObject({
      state: 'published',
      files: { total: 12, done: 11, failed: 1, accepted: 1 },
      failures: [{ key: lostKey, acceptedBecause: 'lost at the origin in 2019' }],
    });
    expect((await stage.run('report', '--format', 'ndjson')).stdout).toContain(
      '"acceptedBecause":"lost at the origin in 2019"',
    );
  });

  it('stays accepted in further copies, which end with a warning', async () => {
    const copied = await stage.copy(playlist);
    expect(copied.code).toBe(3);
    expect(copied.stdout).toContain('accepted: lost at the origin in 2019');
  });

  it('stays accepted when every file is asked for again', async () => {
    expect((await stage.copy(playlist, '--recheck')).code).toBe(3);
    expect(await reportOf()).toMatchObject({ state: 'published', files: { accepted: 1 } });
  });

  it('is no problem for verify once a state says that it was accepted, but a warning', async () => {
    const verified = await stage.run('verify', join(stage.destination, playlistKey), '--checksums');
    expect(verified.code).toBe(3);
    expect(verified.stdout).toContain(`Published without:\n  ${lostKey}: accepted: lost at the origin in 2019\n`);
    expect(verified.stdout).toContain('whole, but without 1 accepted file\n');
    expect(verified.stdout).toContain('11 of 12 checksums compared\n');
  });

  it('is missed by verify, which needs no state to see it', async () => {
    const verified = await runFlants(['verify', join(stage.destination, playlistKey)]);
    expect(verified.code).toBe(2);
    expect(verified.stdout).toContain(`${syntheticSegment(7)}: the segment is not there [verify.missing]`);
    expect(verified.stdout).toContain('verify the bucket or folder with --state');
  });

  it('is copied by retry and copy once the source has it, and then all is whole', async () => {
    stage.origin.heal(lost);
    const retried = await stage.run('retry');
    expect(retried).toMatchObject({ code: 0, stdout: expect.stringContaining('1 file of 1 video is open again') });
    const nothingFailed =
      'nothing to retry: no file is failed; what is still to be copied, the same flants copy takes up';
    expect((await stage.run('retry')).stdout).toContain(nothingFailed);
    const copied = await stage.copy(playlist);
    expect(copied.code).toBe(0);
    expect(await differing(stage, syntheticFiles(library))).toEqual([]);
    expect(await reportOf()).toMatchObject({
      state: 'published',
      files: { done: 12, failed: 0, accepted: 0 },
      sizeBytes: 12 * library.fileBytes,
      failures: [],
    });
    expect((await stage.run('verify', join(stage.destination, playlistKey))).code).toBe(0);
  });
});
