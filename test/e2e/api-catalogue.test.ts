import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mediaPlaylist } from '../media/synthetic.ts';
import { runFlants, startFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

describe('a catalogue that an API gives', patient, () => {
  let stage: Stage;
  beforeEach(async () => {
    const files = {
      '/1/main.m3u8': mediaPlaylist(['a.ts']),
      '/1/a.ts': 'one',
      '/2/main.m3u8': mediaPlaylist(['a.ts']),
      '/2/a.ts': 'two',
    };
    stage = await openStage({
      destination: 'folder',
      files,
      rule: ({ path, headers }) => {
        const { pathname, searchParams } = new URL(path, 'http://api');
        if (pathname !== '/api/videos') return undefined;
        if (headers.authorization !== 'Bearer of-the-api') return { kind: 'status', status: 401 };
        const page = Number(searchParams.get('page') ?? 1);
        const items = page <= 2 ? [{ key: `v${page}`, hls: { url: `${stage.origin.url}/${page}/main.m3u8` } }] : [];
        return {
          kind: 'answer',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ result: { items } }),
        };
      },
    });
    await writeFile(join(stage.scratch, 'headers'), 'Authorization: Bearer of-the-api\n');
  });
  afterEach(() => stage.close());

  const api = (): readonly string[] => [
    '--catalogue-url', `${stage.origin.url}/api/videos?key=secret-key`,
    '--catalogue-rows', 'result.items', '--catalogue-page', 'page', '--catalogue-fields', 'id=key,playlistUrl=hls.url',
  ]; // prettier-ignore
  const withHeaders = (): readonly string[] => [...api(), '--catalogue-header-file', join(stage.scratch, 'headers')];
  const run = (...args: readonly string[]) => runFlants(args, { env: stage.env });

  it('is planned, copied, verified and looked at', async () => {
    expect(await run('plan', ...withHeaders())).toMatchObject({ code: 0 });
    const copied = await run('copy', stage.destination, '--state', stage.stateDir, '--no-progress', ...withHeaders());
    expect(copied).toMatchObject({ code: 0 });
    expect((await stage.object('2/a.ts'))?.toString()).toBe('two');
    expect(copied.stdout + copied.stderr).not.toMatch(/secret-key|of-the-api/);
    const status = await stage.run('status');
    expect(status.stdout).toContain('v2');
    const verified = await run('verify', stage.destination, ...withHeaders());
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toContain('2 of 2');
    const doctor = await run('doctor', stage.destination, ...withHeaders());
    expect(doctor).toMatchObject({ code: 0 });
    expect(doctor.stdout).toContain('2 of its rows are videos');
    const sent = stage.origin.requests.filter(({ path }) => path.endsWith('.ts') || path.endsWith('.m3u8'));
    expect(sent.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  });

  it('that wants a login is told at once, without its key', async () => {
    const refused = await run('copy', stage.destination, '--state', stage.stateDir, ...api());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--catalogue-header-file');
    expect(refused.stderr).not.toContain('secret-key');
  });

  it.each([
    ['copy', []],
    ['copy', ['--dry-run']],
    ['plan', []],
  ])('is not waited for after one Ctrl-C: %s %j', async (verb, flags) => {
    stage.origin.behave('/api/videos', { kind: 'status', status: 503 });
    const state = verb === 'copy' ? ['--state', stage.stateDir] : [];
    const running = startFlants([verb, stage.destination, ...state, ...flags, ...api()], { env: stage.env });
    await running.during(vi.waitUntil(() => stage.origin.requests.length > 0, { timeout: 30_000 }));
    running.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(stderr).toMatch(/stopped while reading .*\[aborted\]/);
    expect(code).toBe(130);
  });
});
