import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { actionHeader, actionHeaderValue, runsSchema } from '../../src/api/live-contract.ts';
import { createLiveClient } from '../integration/live-client.ts';
import type { LiveClient } from '../integration/live-client.ts';
import { openEvents } from '../integration/sse-client.ts';
import type { EventClient } from '../integration/sse-client.ts';
import { mediaPlaylist, syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { Behaviour, SeenRequest } from '../servers/origin.ts';
import { runFlants } from './flants.ts';
import type { RunningFlants } from './flants.ts';
import { openStage, patient } from './stage.ts';
import type { Stage } from './stage.ts';

const library = { videos: 1, filesPerVideo: 6, fileBytes: 500, seed: 'dashboard' };
const token = 'a-long-and-secret-token';
const denied: Behaviour = { kind: 'status', status: 403 };

/** A copy, and the address of its page. */
interface StartedCopy {
  readonly command: RunningFlants;
  readonly url: string;
}

/** Signs in on a page. Returns a function that does there what a button does, and gives the answer. */
async function signIn(url: string): Promise<(path: string, body?: object) => Promise<unknown>> {
  const signedIn = await fetch(`${url}api/v1/session`, { method: 'POST', body: JSON.stringify({ token }) });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
  const headers = { cookie, [actionHeader]: actionHeaderValue, 'content-type': 'application/json' };
  return async (path, body = {}) => {
    const answer = await fetch(`${url}api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.json();
  };
}

describe('A copy with --dashboard', patient, () => {
  let stage: Stage;
  let events: EventClient | undefined;
  afterEach(async () => {
    events?.close();
    await stage.close();
  });

  const start = (...flags: readonly string[]): Promise<StartedCopy> => startOf(syntheticPlaylist(0), ...flags);
  const startOf = async (source: string, ...flags: readonly string[]): Promise<StartedCopy> => {
    const command = stage.start([...stage.copyArgs(source), '--dashboard', ...flags, '--json']);
    await command.says('"type":"dashboard"');
    const line = command
      .said()
      .split('\n')
      .find((each) => each.includes('"type":"dashboard"'));
    return { command, url: (JSON.parse(line ?? '') as { url: string }).url };
  };
  const follow = async (url: string): Promise<LiveClient> => {
    events = await openEvents(`${url}api/v1/live`);
    return createLiveClient();
  };
  const until = async (client: LiveClient, holds: (client: LiveClient) => boolean): Promise<void> => {
    while (!client.state || !holds(client)) {
      client.take((await events?.next()) ?? expect.unreachable('the stream has ended'));
    }
  };

  it('shows a failure, goes on when it is retried there, and ends when the page is closed', async () => {
    stage = await openStage({ destination: 'folder', library });
    const [, missing] = [...syntheticFiles(library)].filter(({ path }) => !path.endsWith('.m3u8'));
    stage.origin.remove(missing?.path ?? '');
    const { command, url } = await start('--token', token);
    const client = await follow(url);
    await until(client, ({ state }) => state?.ended !== null && state?.causes[0]?.files === 1);
    expect([...client.videos.values()]).toMatchObject([
      { state: 'incomplete', files: { total: 6, done: 5, failed: 1 } },
    ]);

    stage.origin.put(missing?.path ?? '', missing?.body ?? Buffer.alloc(0));
    const act = await signIn(url);
    expect(await act('retry')).toEqual({ reopened: 1, videos: 1 });
    await until(client, ({ state }) => state?.ended !== null && state?.totals.videos.published === 1);
    expect(client.state?.causes).toEqual([]);
    const [took, endedAt] = [client.state?.progress.run?.durationMs, client.state?.ended?.at ?? 0];
    await sleep(100);
    const page = events;
    const later = await follow(url);
    page?.close();
    await until(later, () => true);
    expect(later.state?.progress.run?.durationMs).toBe(took);
    const [id = ''] = client.videos.keys();
    const field = await (await fetch(`${url}api/v1/videos/${encodeURIComponent(id)}/field`)).json();
    expect(field).toMatchObject({ total: 6, renditions: [{ files: [[0, 6]] }] });
    const media = await fetch(new URL(`media${syntheticPlaylist(0)}`, url));
    expect(await media.text()).toContain('#EXTM3U');

    events?.close();
    expect(await command.ended).toMatchObject({ code: 0 });
    expect((await stage.run('status')).code).toBe(0);
    // The time that the page stayed is not the run's.
    const again = await start();
    const { runs } = runsSchema.parse(await (await fetch(`${again.url}api/v1/runs`)).json());
    expect(Date.parse(runs[0]?.endedAt ?? '')).toBeLessThanOrEqual(endedAt);
    again.command.kill('SIGINT');
    await again.command.ended;
  });

  it('asks the catalogue for the tokens of a video that is submitted there again', async () => {
    const isOpen = ({ path }: SeenRequest): boolean => new URL(path, 'http://x').searchParams.get('token') === 'secret';
    stage = await openStage({ destination: 'folder', library, rule: (seen) => (isOpen(seen) ? undefined : denied) });
    const catalogue = join(stage.scratch, 'videos.ndjson');
    const names = Array.from({ length: 6 }, (_, at) => `${syntheticSegment(at)}?token=secret`);
    stage.origin.put(syntheticPlaylist(0), mediaPlaylist(names));
    await writeFile(
      catalogue,
      `${JSON.stringify({ id: 'a', url: `${stage.origin.url}${syntheticPlaylist(0)}?token=secret` })}\n`,
    );
    const { command, url } = await startOf(catalogue, '--token', token);
    const client = await follow(url);
    const isPublished =
      (files: number) =>
      ({ state }: LiveClient): boolean =>
        state?.ended !== null && state?.totals.videos.published === 1 && state.totals.files.total === files;
    await until(client, isPublished(6));
    stage.origin.put(syntheticPlaylist(0), mediaPlaylist(names.slice(0, 5)));
    const act = await signIn(url);
    expect(await act('videos', { id: 'a' })).toMatchObject({ video: 'a' });
    await until(client, isPublished(5));
    events?.close();
    expect(await command.ended).toMatchObject({ code: 0 });
    expect(stage.origin.requests.filter((seen) => !isOpen(seen))).toEqual([]);
  });

  it('ends without a viewer when its time is up, and remembers its run for the next', async () => {
    stage = await openStage({ destination: 'folder', library });
    const first = await start('--dashboard-linger', '1500ms');
    const ended = await first.command.ended;
    expect(ended.code).toBe(0);
    // Nothing goes on any more that could be told.
    expect(ended.stdout.slice(ended.stdout.indexOf('"type":"lingering"'))).not.toContain('"type":"progress"');
    const { command, url } = await start();
    const { runs } = runsSchema.parse(await (await fetch(`${url}api/v1/runs`)).json());
    expect(runs).toMatchObject([{ exitCode: 0, run: { copied: 6 }, totals: { videos: { published: 1 } } }]);
    const out = join(stage.scratch, 'replay.html');
    const replayed = await stage.run('replay', '--out', out);
    expect(replayed.stdout, replayed.stderr).toContain('plays 1 video with 6 files');
    const page = await readFile(out, 'utf8');
    const data = /id="replay-data">([^<]*)</.exec(page)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ steps: 600, videos: [{ title: 'Video 1', files: 6 }] });
    expect(data).not.toMatch(/https?:|seg-|video-000/);
    command.kill('SIGINT');
    // To stop while nothing is left to do is no interruption.
    expect(await command.ended).toMatchObject({ code: 0 });
  });

  it('is loaded only where it is wanted', async () => {
    stage = await openStage({ destination: 'folder', library });
    const hooks = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) { process.stderr.write('loaded ' + url + '\\n'); return next(url, context); } });`;
    const env = { ...stage.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` };
    const loaded = async (...flags: readonly string[]): Promise<readonly string[]> => {
      const { code, stderr } = await runFlants(stage.copyArgs(syntheticPlaylist(0), ...flags), { env });
      expect(code, stderr).toBe(0);
      return [...stderr.matchAll(/^loaded .*\/(\w[\w-]*)-[\w-]{8}\.js$/gm)].map(([, name = '']) => name);
    };
    const plain = await loaded();
    expect(plain).toContain('copy-library');
    expect(plain.filter((name) => /dashboard|monitor|serve/.test(name))).toEqual([]);
    expect(await loaded('--dashboard', '--dashboard-linger', '0')).toEqual(
      expect.arrayContaining(['dashboard', 'monitor']),
    );
  });

  it('says in one line what a wrong address is, and where it cannot listen', async () => {
    stage = await openStage({ destination: 'folder', library });
    const wrong = await stage.copy(syntheticPlaylist(0), '--dashboard=nowhere');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining('--dashboard is "nowhere": expected host:port'),
    ]);
    const port = new URL(stage.origin.url).port;
    const taken = await stage.copy(syntheticPlaylist(0), `--dashboard=127.0.0.1:${port}`);
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('cannot listen on 127.0.0.1')]);
  });
});
