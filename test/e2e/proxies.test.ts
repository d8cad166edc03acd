import { afterEach, describe, expect, it } from 'vitest';
import { syntheticFiles, syntheticPlaylist } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';
import type { ForwardProxy } from '../servers/forward-proxy.ts';
import { freePort } from '../servers/free-port.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { contentsOf } from './contents.ts';
import { runFlants } from './flants.ts';
import type { FlantsResult } from './flants.ts';
import { differing, openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library: SyntheticShape = { videos: 1, filesPerVideo: 8, fileBytes: 20_000, seed: 'proxies' };
const files = [...syntheticFiles(library)].map(({ path, body }) => ({ path, body: Buffer.from(body) }));
const playlist = syntheticPlaylist(0);
const user = { name: 'mover', password: 'hush-hush' };

describe.skipIf(!hasVersitygw)('behind a proxy', patient, () => {
  let stage: Stage;
  let proxy: ForwardProxy;
  afterEach(async () => {
    await proxy.stop();
    await stage.close();
  });

  const open = async (): Promise<void> => {
    [stage, proxy] = await Promise.all([openStage({ destination: 'versitygw', library }), startForwardProxy({ user })]);
  };
  const copy = (env: Readonly<Record<string, string>>): Promise<FlantsResult> =>
    runFlants(stage.copyArgs(playlist, '--log-level', 'debug'), { env: { ...stage.env, ...env } });
  const seen = (method: string): number => proxy.calls.filter((call) => call.method === method).length;

  it('both ends of a copy are reached, and its password is nowhere afterwards', async () => {
    await open();
    const copied = await copy({ http_proxy: proxy.url });
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(await differing(stage, files)).toEqual([]);
    // Each file was fetched and written by a thread, and all through the proxy.
    expect(seen('GET')).toBeGreaterThanOrEqual(stage.origin.requests.length);
    expect(seen('PUT')).toBeGreaterThanOrEqual(files.length);
    expect(proxy.calls.length).toBe(stage.origin.requests.length + stage.requests.length);
    const kept = await contentsOf(stage.scratch);
    expect(kept.filter(({ bytes }) => bytes.includes(user.password)).map(({ path }) => path)).toEqual([]);
    expect(copied.stdout + copied.stderr).not.toContain(user.password);
  });

  it('hosts in NO_PROXY are reached without it', async () => {
    await open();
    const copied = await copy({ HTTP_PROXY: proxy.url, NO_PROXY: 'localhost, 127.0.0.0/8' });
    expect(copied.code, copied.stdout + copied.stderr).toBe(0);
    expect(proxy.calls).toEqual([]);
  });

  it('that wants another password ends the run, which names it and can go on', async () => {
    await open();
    const refused = await copy({
      HTTP_PROXY: proxy.url.replace(user.password, 'bad-word'),
      NO_PROXY: new URL(stage.origin.url).host,
    });
    expect(refused.code).not.toBe(0);
    const said = refused.stdout + refused.stderr;
    expect(said).toContain(`the proxy ${proxy.url.replace(/\/\/.*@/, '//')} (HTTP_PROXY) wants other credentials`);
    expect(said).toContain('[proxy.denied]');
    expect(said).not.toContain('bad-word');
    expect((await copy({ HTTP_PROXY: proxy.url })).code).toBe(0);
    expect(await differing(stage, files)).toEqual([]);
  });

  it('that refuses the source alone stops the copy with no try spent', async () => {
    await open();
    const { host } = new URL(stage.origin.url);
    proxy.answer(({ target }) => (target.includes(host) && target.endsWith('.ts') ? 407 : undefined));
    const refused = await copy({ HTTP_PROXY: proxy.url });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('[proxy.denied]');
    proxy.answer(() => undefined);
    const again = await copy({ HTTP_PROXY: proxy.url });
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(await differing(stage, files)).toEqual([]);
  });

  it('that is not there is named', async () => {
    await open();
    const url = `http://127.0.0.1:${await freePort()}`;
    const failed = await copy({ HTTP_PROXY: url.replace('//', '//me:hush-hush@') });
    expect(failed.code).not.toBe(0);
    const said = failed.stdout + failed.stderr;
    expect(said).toContain(`the proxy ${url} (HTTP_PROXY): nothing listens there`);
    expect(said).not.toContain('hush-hush');
  });
});
