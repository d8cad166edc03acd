import { afterEach, describe, expect, it } from 'vitest';
import { contentsOf } from '../e2e/contents.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';
import type { ForwardProxy } from '../servers/forward-proxy.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

const library: SyntheticShape = { videos: 2, filesPerVideo: 3, fileBytes: 500, seed: 'proxies' };
const files = [...syntheticFiles(library)];
const password = 'hush-hush';

describe.skipIf(!hasRedis || !hasVersitygw)('a cluster behind a proxy', patient, () => {
  let stage: ClusterStage;
  let proxy: ForwardProxy;
  afterEach(async () => {
    await stage.close();
    await proxy.stop();
  });

  it('reaches origin, destination and journal through it, and keeps its password to itself', async () => {
    proxy = await startForwardProxy({ user: { name: 'mover', password } });
    stage = await openClusterStage(library, { env: { HTTP_PROXY: proxy.url } });
    const up = stage.start('up', '--transfers', '1', '--log-level', 'debug');
    await stage.until(({ totals: { videos } }) => videos.published === 2);
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    for (const { path, body } of files) expect(await stage.object(path.slice(1)), path).toEqual(Buffer.from(body));
    // Whoever reads the journal goes through it as well, so that nothing came past it.
    expect(proxy.calls.length).toBe(stage.origin.requests.length + stage.requests.length);
    expect(stage.requests.length).toBeGreaterThan(files.length);
    expect(ended.stdout + ended.stderr).not.toContain(password);
    const kept = [...(await contentsOf(stage.journal)), ...(await contentsOf(stage.scratch))];
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter(({ bytes }) => bytes.includes(password)).map(({ path }) => path)).toEqual([]);
  });

  it('that refuses it says so, and goes on once it is let through', async () => {
    proxy = await startForwardProxy({ user: { name: 'mover', password } });
    stage = await openClusterStage(library, { env: { HTTP_PROXY: proxy.url } });
    const { host } = new URL(stage.origin.url);
    let isLocked = true;
    proxy.answer(({ target }) => (isLocked && target.includes(host) ? 407 : undefined));
    const up = stage.start('up', '--transfers', '1');
    await up.says('wants other credentials');
    isLocked = false;
    await stage.until(({ totals: { videos } }) => videos.published === 2);
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain(`the proxy ${proxy.url.replace(/\/\/.*@/, '//')} (HTTP_PROXY)`);
    expect(ended.stderr).not.toContain(password);
  });
});
