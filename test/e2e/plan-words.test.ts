import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanReport } from '../../src/domain/report/plan.ts';
import { syntheticCatalogue, syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { runFlants, startFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 30, filesPerVideo: 12, fileBytes: 3_000, seed: 'plan' };
const files = library.videos * library.filesPerVideo;

describe('a plan of a library', patient, () => {
  let stage: Stage;
  let catalogue: string;
  beforeAll(async () => {
    stage = await openStage({ destination: 'folder', library });
    catalogue = join(stage.scratch, 'videos.ndjson');
    await writeFile(catalogue, syntheticCatalogue(library, stage.origin.url));
  });
  afterAll(() => stage.close());

  const plan = (...words: readonly string[]): Promise<FlantsResult> =>
    runFlants(['plan', ...words, '--no-progress'], { env: stage.env });
  const reported = async (...words: readonly string[]): Promise<PlanReport> =>
    JSON.parse((await plan(...words, '--json')).stdout) as PlanReport;
  const asked = (method: string): number => stage.origin.requests.filter((request) => request.method === method).length;

  it('needs no destination and no state, reads playlists and asks for sizes, and fetches no file', async () => {
    const { code, stdout } = await plan(catalogue);
    expect(code).toBe(0);
    expect(stdout).toContain('Plan of a copy: nothing was written.\nVideos     30: 30 to copy\n');
    expect(stdout).toContain(`Files      ${files}: 0 there, ${files} to copy\nBytes      1.03 MiB\n`);
    expect(stdout).toContain('Requests   390 GET, 390 PUT, 60 HEAD, 30 LIST\n');
    expect(stdout).toContain(`${new URL(stage.origin.url).host}: ${files} files, 1.03 MiB`);
    expect(asked('HEAD')).toBe(files);
    expect(stage.origin.requests.filter(({ method, path }) => method === 'GET' && !path.endsWith('.m3u8'))).toEqual([]);
    expect(await readdir(stage.scratch)).toEqual(['destination', 'videos.ndjson']);
  });

  it('says how many videos a selection leaves out, and which dates it cannot read', async () => {
    const dated = join(stage.scratch, 'dated.csv');
    const url = `${stage.origin.url}${syntheticPlaylist(0)}`;
    await writeFile(dated, `id,url,recordedAt\na,${url},2026-11-23\nb,${url},23.11.2026\nc,${url},\n`);
    const { stdout, stderr } = await plan(dated, '--since', '2026-11-01');
    expect(stdout).toContain('Videos     1: 1 to copy\n');
    expect(stderr).toContain('warn: --since leaves out 2 videos without a date (recordedAt)\n');
    expect(stderr).toContain('warn: 1 row with a part that cannot be read, such as line 3 has a recordedAt');
    await rm(dated);
  });

  it('asks for no more sizes than it is told, and for the same ones by the same seed', async () => {
    const heads = async (seed: string): Promise<readonly string[]> => {
      const from = stage.origin.requests.length;
      await plan(catalogue, '--sample-files', '40', '--seed', seed);
      return stage.origin.requests
        .slice(from)
        .flatMap(({ method, path }) => (method === 'HEAD' ? [path] : []))
        .toSorted();
    };
    const first = await heads('a');
    expect(first).toHaveLength(40);
    expect(await heads('a')).toEqual(first);
    expect(await heads('b')).not.toEqual(first);
  });

  it('reckons with all videos from a sample of them, and says what that rests on', async () => {
    const { sample, videos, files: counted, sizeBytes } = await reported(catalogue, '--sample-videos', '10');
    expect(sample).toMatchObject({ videos: 10, ofVideos: 30, ofFiles: 120 });
    expect(videos.toCopy).toEqual({ value: 30, error: 0 });
    // All videos are alike.
    expect(counted.total).toEqual({ value: files, error: 0 });
    expect(sizeBytes).toEqual({ value: files * library.fileBytes, error: 0 });
    const { stdout } = await plan(catalogue, '--sample-videos', '10');
    expect(stdout).toContain('It rests on the playlists of 10 of 30 videos, taken at random (seed 1); ± holds in 95');
  });

  it('reckons dollars and hours, each with its price, its figure and what binds', async () => {
    const words = ['--cost', '--lambda', '2000', '--egress-price', '0.09', '--max-connections', '50'];
    const { stdout } = await plan(catalogue, 's3://media/vod', ...words);
    expect(stdout).toContain('Plan of a copy to s3://media/vod: nothing was written.');
    expect(stdout).toMatch(/egress of the source: 0\.00108 GB at \$0\.09: \$0\.0000972/);
    expect(stdout).toContain('PUT of files: 0.36 1,000 PUTs at $0.005: $0.0018\n');
    expect(stdout).toMatch(/functions: 104 GB-seconds \(arm64\) at \$0\.0000133334: \$0\.00138/);
    expect(stdout).toContain('prices: 2026-11-29, https://aws.amazon.com/lambda/pricing/');
    expect(stdout).toMatch(/Time, by this machine: at least .*\n {2}bound by .*\n/);
    expect(stdout).toMatch(
      /Time, by 2,000 functions of AWS Lambda: at least .*\n {2}bound by connections to the source: /,
    );
    expect(stdout).toContain('not by their start: ');
    expect((await plan(catalogue, '--cost')).stdout).toContain(
      'without what the old home asks for each gigabyte: --egress-price',
    );
  });

  it('asks by a range of one byte where HEAD is refused, and names sizes that it was not told', async () => {
    const strict = await openStage({
      destination: 'folder',
      library: { ...library, videos: 1 },
      rule: ({ method, path }) =>
        method === 'HEAD' || path.endsWith('seg-00003.ts') ? { kind: 'status', status: 403 } : undefined,
    });
    try {
      const from = `${strict.origin.url}${syntheticPlaylist(0)}`;
      const { stdout } = await runFlants(['plan', from, '--json', '--no-progress'], { env: strict.env });
      const { sample, sizeBytes } = JSON.parse(stdout) as PlanReport;
      expect(sample).toMatchObject({ files: 11, ofFiles: 12, unanswered: [{ code: 'source.denied', count: 1 }] });
      expect(sizeBytes.value).toBe(12 * library.fileBytes);
      const ranges = strict.origin.requests.filter(({ headers }) => headers.range === 'bytes=0-0');
      expect(ranges.length).toBe(12);
    } finally {
      await strict.close();
    }
  });

  it('that is interrupted tells what it knows by then', async () => {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    stage.origin.behave(syntheticPlaylist(20), { kind: 'held', until });
    const running = startFlants(['plan', catalogue, '--json', '--no-progress'], { env: stage.env });
    await stage.origin.asked(syntheticPlaylist(20), stage.origin.countOf(syntheticPlaylist(20)) + 1);
    running.kill('SIGINT');
    await running.says('telling what is known by now');
    release();
    const { code, stdout, stderr } = await running.ended;
    stage.origin.heal(syntheticPlaylist(20));
    expect(code).toBe(130);
    expect(stderr).toMatch(/the whole of it: flants plan .*\n$/);
    const report = JSON.parse(stdout) as PlanReport;
    expect(report.interrupted).toBe(true);
    expect(report.videos.total).toBeGreaterThan(12);
    expect(report.videos.total).toBeLessThanOrEqual(30);
  });

  it('refuses what it does not understand', async () => {
    expect((await plan()).stderr).toContain('plan needs a source');
    expect((await plan(catalogue, '--sample-files', 'many')).code).toBe(1);
    expect((await plan(catalogue, '--egress-price', 'dear')).stderr).toContain('expected dollars such as 0.09');
  });
});

describe.skipIf(!hasVersitygw)('the requests of a plan', patient, () => {
  it('are those that a copy sends for its files and playlists', async () => {
    const stage = await openStage({ destination: 'versitygw', library: { ...library, videos: 3 } });
    try {
      const catalogue = join(stage.scratch, 'videos.ndjson');
      await writeFile(catalogue, syntheticCatalogue({ ...library, videos: 3 }, stage.origin.url));
      const planned = await runFlants(['plan', catalogue, stage.destination, '--json', '--no-progress'], {
        env: stage.env,
      });
      const { requests } = JSON.parse(planned.stdout) as PlanReport;
      const before = stage.origin.requests.length;
      expect((await stage.copy(catalogue)).code).toBe(0);
      expect(stage.puts().length).toBe(requests.put.value);
      const paths = new Set([...syntheticFiles({ ...library, videos: 3 })].map(({ path }) => path));
      expect(requests.get.value).toBe(paths.size);
      const gets = stage.origin.requests.slice(before).filter(({ path }) => path.endsWith('.ts'));
      expect(gets.length).toBe(3 * library.filesPerVideo);
      const heads = stage.requests.filter(({ method, path }) => method === 'HEAD' && !path.includes('.flants-probe'));
      expect(heads.length).toBe(requests.head.value);
    } finally {
      await stage.close();
    }
  });
});
