import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import { mediaPlaylist } from '../media/synthetic.ts';
import { startCloudFront } from '../servers/cloudfront.ts';
import type { CloudFrontServer, CloudFrontServerOptions } from '../servers/cloudfront.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe.skipIf(!hasVersitygw)('a copy to a bucket behind CloudFront', patient, () => {
  let stage: Stage;
  let cloudFront: CloudFrontServer;

  async function begin(options: CloudFrontServerOptions = {}): Promise<void> {
    cloudFront = await startCloudFront(options);
  }
  beforeEach(async () => {
    stage = await openStage({ destination: 'versitygw' });
    publish(['a.ts', 'b 1.ts']);
  });
  afterEach(async () => {
    await Promise.all([stage.close(), cloudFront.stop()]);
  });

  /** Puts a video at the origin. */
  function publish(names: readonly string[], bytes = 'G'): void {
    for (const name of names) stage.origin.put(`/v/${name}`, Buffer.alloc(1_880, bytes));
    stage.origin.put('/v/index.m3u8', mediaPlaylist(names.map(encodeURIComponent)));
  }
  const flags = (): readonly string[] => {
    const { distribution, url } = cloudFront;
    return ['--invalidate', distribution, '--cloudfront-endpoint', url, '--invalidate-prefix', '/'];
  };
  const copy = async (...more: readonly string[]): Promise<LibraryReport> => {
    const path = join(stage.scratch, 'report.json');
    const { code, stderr } = await stage.copy('/v/index.m3u8', '--report', path, ...more);
    expect(code, stderr).toBe(0);
    return JSON.parse(await readFile(path, 'utf8')) as LibraryReport;
  };
  const told = (): readonly (readonly string[])[] => cloudFront.accepted.map(({ paths }) => paths);

  it('tells of what was replaced, and of nothing that is new or the same', async () => {
    await begin();
    await copy(...flags());
    expect(told()).toEqual([]);

    publish(['a.ts'], 'H');
    publish(['a.ts', 'b 1.ts', 'c.ts'].slice(1));
    stage.origin.put('/v/index.m3u8', mediaPlaylist(['a.ts', 'b%201.ts', 'c.ts']));
    const report = await copy(...flags());
    expect(told()).toEqual([['/v/a.ts', '/v/index.m3u8']]);
    const [video] = report.videos;
    const by = `CloudFront distribution ${cloudFront.distribution}`;
    expect(video?.replaced).toEqual({ files: [], invalidated: { by, paths: 2, at: expect.any(String) } });

    await copy(...flags());
    await copy(...flags(), '--recheck');
    expect(told()).toHaveLength(1);
  });

  it('encodes paths, below the path by which players reach it', async () => {
    await begin();
    await copy();
    publish(['a.ts', 'b 1.ts'], 'H');
    await copy(...flags().slice(0, -1), 'media', '--recheck');
    expect(told()).toEqual([['/media/v/a.ts', '/media/v/b%201.ts']]);
  });

  it('asks the distribution how it shows the bucket', async () => {
    const [, , bucket = '', prefix] = stage.destination.split('/');
    await begin({ origins: [{ domainName: `${bucket}.s3.us-east-1.amazonaws.com`, path: `/${prefix}` }] });
    const asking = flags().slice(0, -2);
    await copy(...asking);
    publish(['a.ts', 'b 1.ts'], 'H');
    await copy(...asking, '--recheck');
    expect(told()).toEqual([['/v/a.ts', '/v/b%201.ts']]);
  });

  it('takes a whole folder where nearly all of it was replaced', async () => {
    await begin();
    const names = Array.from({ length: 12 }, (_, at) => `s${at}.ts`);
    publish(names);
    await copy(...flags());
    publish(names, 'H');
    stage.origin.put('/v/index.m3u8', `${mediaPlaylist(names)}# again\n`);
    await copy(...flags());
    expect(told()).toEqual([['/v/*']]);
  });

  it('names the files that it told nobody of, and tells of them once there is somebody', async () => {
    await begin();
    await copy();
    publish(['a.ts', 'b 1.ts'], 'H');
    const { stdout } = await stage.copy('/v/index.m3u8', '--recheck');
    expect(stdout).toMatch(/Other bytes under the same name[^]*index: v\/a\.ts\n[^]*index: v\/b 1\.ts/);
    const again = await copy();
    expect(again.videos[0]?.replaced).toEqual({ files: ['v/a.ts', 'v/b 1.ts'] });

    const report = await copy(...flags(), '--recheck');
    expect(told()).toEqual([['/v/a.ts', '/v/b%201.ts']]);
    expect(report.videos[0]?.replaced?.files).toEqual([]);
  });

  it.each(['silence-before', 'silence-after'] as const)(
    'tells all the same, and once, when it is killed between publication and answer: %s',
    async (silence) => {
      await begin();
      await copy(...flags());
      publish(['a.ts', 'b 1.ts'], 'H');
      cloudFront.interfere(silence);
      const run = stage.start(stage.copyArgs('/v/index.m3u8', ...flags(), '--recheck'));
      await new Promise<void>((resolve) => cloudFront.onInvalidation(resolve));
      expect(run.kill('SIGKILL')).toBe(true);
      await run.ended;

      await copy(...flags());
      expect(told()).toEqual([['/v/a.ts', '/v/b%201.ts']]);
      expect(cloudFront.references).toHaveLength(2);
      expect(new Set(cloudFront.references).size).toBe(1);
      await copy(...flags());
      expect(told()).toHaveLength(1);
    },
  );

  it('tells of a file whose worker was lost between the write and its evidence', async () => {
    await begin();
    await copy(...flags());
    publish(['a.ts'], 'H');
    stage.origin.put('/v/index.m3u8', mediaPlaylist(['a.ts', 'b%201.ts']));
    let written = (): void => {};
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    // The store has the object, and nobody hears of it.
    stage.onRequest(({ method, path }) => void (method === 'PUT' && path.endsWith('/a.ts') && written()));
    const run = stage.start(stage.copyArgs('/v/index.m3u8', ...flags(), '--recheck'));
    await isWritten;
    run.kill('SIGKILL');
    await run.ended;

    await copy(...flags(), '--recheck');
    expect(told()).toEqual([['/v/a.ts']]);
  });

  it('waits out throttles', async () => {
    await begin();
    await copy(...flags());
    publish(['a.ts', 'b 1.ts'], 'H');
    cloudFront.interfere({ status: 400, code: 'Throttling' }, { status: 400, code: 'TooManyInvalidationsInProgress' });
    await copy(...flags(), '--recheck');
    expect(told()).toHaveLength(1);
    expect(cloudFront.references).toHaveLength(3);
  });

  it('stops where the right is missing, and tells when it is there', async () => {
    await begin();
    await copy(...flags());
    publish(['a.ts', 'b 1.ts'], 'H');
    cloudFront.interfere({ status: 403, code: 'AccessDenied' });
    const { code, stderr } = await stage.copy('/v/index.m3u8', ...flags(), '--recheck');
    expect(code).toBe(2);
    expect(stderr).toContain('cloudfront:CreateInvalidation');
    await copy(...flags());
    expect(told()).toEqual([['/v/a.ts', '/v/b%201.ts']]);
  });

  it('begins nothing with a distribution that is not there', async () => {
    await begin();
    const { code, stderr } = await stage.copy('/v/index.m3u8', ...flags().slice(0, -2).with(1, 'E0000000000000'));
    expect(code).toBe(1);
    expect(stderr).toContain('--invalidate');
    expect(await stage.object('v/index.m3u8')).toBeUndefined();
  });
});
