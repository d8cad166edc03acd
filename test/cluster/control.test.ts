import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/report/alert.ts';
import type { VideoDetail, VideoSummary } from '../../src/domain/report/library-status.ts';
import type { LibraryReport } from '../../src/domain/report/copy.ts';
import type { FlantsResult, RunningFlants } from '../e2e/flants.ts';
import { expectRefused, secret } from '../e2e/refusal.ts';
import { patient } from '../e2e/stage.ts';
import { syntheticFiles, syntheticPlaylist, syntheticSegment } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { hasRedis } from '../servers/redis.ts';
import { hasVersitygw } from '../servers/versitygw.ts';
import { clusterApi, idsIn } from './api.ts';
import type { ClusterApi } from './api.ts';
import { openClusterStage } from './stage.ts';
import type { ClusterStage } from './stage.ts';

/** An alert as it was received. */
interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const library: SyntheticShape = { videos: 5, filesPerVideo: 4, fileBytes: 500, seed: 'control' };
const [whole, lost, forbidden, unreadable, other] = [
  'video-000',
  'video-001',
  'video-002',
  'video-003',
  'video-004',
] as const;
const segment = syntheticSegment(2);
const token = `${secret}-token`;
const webhookSecret = `${secret}-webhook`;

describe.skipIf(!hasRedis || !hasVersitygw)('a running cluster is steered', patient, () => {
  let stage: ClusterStage;
  let api: ClusterApi;
  let up: RunningFlants;
  let hook: Server;
  const received: Received[] = [];
  beforeAll(async () => {
    stage = await openClusterStage(library);
    stage.origin.remove(`/${lost}/${segment}`);
    stage.origin.behave(`/${forbidden}/${segment}`, { kind: 'status', status: 451 });
    stage.origin.remove(syntheticPlaylist(3));
    hook = await startHook(received);
    api = await clusterApi();
    const [tokenFile, secretFile] = [join(stage.scratch, 'token'), join(stage.scratch, 'webhook-secret')];
    await writeFile(tokenFile, `${token}\n`);
    await writeFile(secretFile, `${webhookSecret}\n`);
    const { port } = hook.address() as AddressInfo;
    const alerts = ['--webhook', `http://127.0.0.1:${port}/hook`, '--webhook-secret-file', secretFile];
    up = stage.start('up', '--transfers', '0', '--token-file', tokenFile, ...alerts, ...api.flags);
    await api.until((videos) => videos.length === library.videos && videos.every(isAtRest));
  });
  afterAll(async () => {
    await stage?.close();
    hook?.close();
    hook?.closeAllConnections();
  });

  it('tells how it stands, by video and by cause', async () => {
    const status = await stage.status();
    const words = await stage.run('status');
    const invalid = await stage.run('videos', '--in-state', 'incomplete,invalid', '--json');
    const detail = await stage.run('show', lost, '--json');
    const report = await stage.run('report');
    expect(status.totals.videos).toMatchObject({ published: 2, incomplete: 2, invalid: 1 });
    expect(status.causes).toMatchObject([
      { code: 'source.not-found', files: 1, videos: 2 },
      { code: 'source.status', files: 1, videos: 1, example: { video: forbidden, key: `${forbidden}/${segment}` } },
    ]);
    expect(words.code).toBe(2);
    expect(words.stdout).toContain('source.not-found: 1 file of 2 videos');
    const listed = invalid.stdout.trimEnd().split('\n');
    expect(listed.map((line) => (JSON.parse(line) as VideoSummary).id).toSorted()).toEqual([
      lost,
      forbidden,
      unreadable,
    ]);
    expect(JSON.parse(detail.stdout)).toMatchObject({
      report: { state: 'incomplete', failures: [{ key: `${lost}/${segment}`, failure: { status: 404 } }] },
      decisions: [{ type: 'submitted' }],
    });
    expect((JSON.parse(report.stdout) as LibraryReport).videos).toHaveLength(library.videos);
  });

  it('answers probes and questions, and does nothing without the token', async () => {
    const answers = async (path: string): Promise<number> => (await documentedFetch(api.url + path)).status;
    expect(await Promise.all(['/livez', '/readyz', '/metrics', '/api/v1/status'].map(answers))).toEqual([
      200, 200, 200, 200,
    ]);
    // Counted now and then.
    const metrics = async (): Promise<string> => (await fetch(`${api.url}/metrics`)).text();
    await expect.poll(metrics, { timeout: 30_000 }).toMatch(/flants_videos\{.*state="invalid".*\} 1\b/);
    expect((await ask('POST', `/${whole}/pause`)).status).toBe(401);
    expect((await ask('POST', `/${whole}/pause`, 'wrong')).status).toBe(401);
    const mute = await clusterApi();
    const bare = stage.start('aggregator', ...mute.flags);
    try {
      await bare.says('"message":"ready"');
      expect((await documentedFetch(`${mute.url}/api/v1/videos/${whole}/pause`, { method: 'POST' })).status).toBe(403);
      expect(await mute.videos()).toHaveLength(library.videos);
    } finally {
      bare.kill('SIGTERM');
      expect((await bare.ended).code).toBe(0);
    }
    expect(await detailOf(whole)).toMatchObject({ report: { state: 'published' }, decisions: [{ type: 'submitted' }] });
  });

  it('tries again what failed for one reason, goes without what is accepted, and forgets what nobody wants', async () => {
    for (const { path, body } of syntheticFiles(library)) {
      if (path === `/${lost}/${segment}`) stage.origin.put(path, body);
    }
    const retried = await stage.run('retry', '--failed-by', 'source.not-found', '--json');
    expect(JSON.parse(retried.stdout)).toEqual({ reopened: 1, videos: 2 });
    await api.until((videos) => idsIn('published', videos).includes(lost) && videos.every(isAtRest));
    expect(idsIn('incomplete', await api.videos())).toEqual([forbidden]);
    expect(stage.origin.countOf(`/${forbidden}/${segment}`)).toBe(1);

    const [accepted, priority] = await Promise.all([
      stage.run('accept', forbidden, segment, '--reason', 'not ours to show'),
      stage.run('priority', unreadable),
    ]);
    for (const { code, stderr } of [accepted, priority]) expect(code, stderr).toBe(0);
    await api.until((videos) => idsIn('published', videos).includes(forbidden));
    expect(await stage.object(`${forbidden}/index.m3u8`)).toBeDefined();
    expect(await detailOf(forbidden)).toMatchObject({
      report: { files: { total: 4, done: 3, failed: 1, accepted: 1 } },
      decisions: [{ type: 'submitted' }, { type: 'accepted', reason: 'not ours to show' }],
    });
    expect((await detailOf(unreadable)).decisions).toMatchObject([{}, { type: 'prioritised', fresh: true }]);

    const [wanted, unwanted]: readonly FlantsResult[] = await Promise.all([
      stage.run('purge', whole),
      stage.run('purge', unreadable),
    ]);
    if (wanted) expectRefused(wanted, 'video.state', whole);
    expect(unwanted?.code, unwanted?.stderr).toBe(0);
    expect((await api.videos()).map(({ id }) => id).toSorted()).toEqual([whole, lost, forbidden, other]);
    const lines = (await stage.run('report', '--format', 'ndjson')).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4 * library.filesPerVideo);
  });

  it('does the same over HTTP for whoever has the token', async () => {
    const url = stage.origin.url + syntheticPlaylist(3);
    for (const { path, body } of syntheticFiles(library)) {
      if (path === syntheticPlaylist(3)) stage.origin.put(path, body);
    }
    const submitted = await ask('POST', '', token, { id: 'by-program', playlistUrl: url, fresh: true });
    expect(submitted.status).toBe(200);
    expect(await submitted.json()).toMatchObject({ video: 'by-program' });
    await api.until((videos) => idsIn('published', videos).includes('by-program'));
    expect((await ask('POST', '/by-program/priority', token, { fresh: false })).status).toBe(200);
    expect((await ask('POST', '/by-program/cancel', token)).status).toBe(200);
    expect(idsIn('cancelled', await api.videos())).toEqual(['by-program']);
    expect((await ask('POST', '/by-program/resume', token)).status).toBe(409);
    const purged = await ask('DELETE', '/by-program', token);
    expect(await purged.json()).toEqual({ video: 'by-program', objectsLeft: library.filesPerVideo + 1 });
    expect((await ask('POST', '/by-program/pause', token)).status).toBe(404);
    expect((await ask('POST', `/${whole}/accept`, token, { file: segment })).status).toBe(400);
    expect((await documentedFetch(`${api.url}/api/v1/videos/${lost}/files`)).status).toBe(200);
  });

  it('publishes a video again, and tells of it, once a file that was accepted is there after all', async () => {
    const told = (): readonly unknown[] =>
      received
        .map(({ body }) => JSON.parse(body) as Alert)
        .flatMap(({ type, video }) => (type === 'complete' && video?.id === forbidden ? [video.files] : []));
    stage.origin.heal(`/${forbidden}/${segment}`);
    const retried = await stage.run('retry', forbidden, '--json');
    expect(JSON.parse(retried.stdout)).toEqual({ reopened: 1, videos: 1 });
    await expect.poll(told, { timeout: 20_000 }).toEqual([
      { total: 4, done: 3, failed: 1, accepted: 1 },
      { total: 4, done: 4, failed: 0, accepted: 0 },
    ]);
    expect(await detailOf(forbidden)).toMatchObject({
      report: { state: 'published', files: { total: 4, done: 4, failed: 0, accepted: 0 } },
    });
  });

  it('tells of what is complete and what is not, signed', async () => {
    const told = (): readonly (readonly [string, string | undefined])[] =>
      received.map(({ body }) => {
        const { type, video } = JSON.parse(body) as Alert;
        return [type, video?.id] as const;
      });
    const awaited = [
      ['complete', whole],
      ['incomplete', lost],
      ['complete', lost],
      ['incomplete', forbidden],
      ['complete', forbidden],
      ['incomplete', unreadable],
    ];
    await expect.poll(told, { timeout: 20_000 }).toEqual(expect.arrayContaining(awaited));
    for (const { headers, body } of received) {
      const [, at = '', digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['flants-signature'])) ?? [];
      expect(digest).toBe(createHmac('sha256', webhookSecret).update(`${at}.${body}`).digest('hex'));
      expect(headers['flants-delivery']).toBe((JSON.parse(body) as Alert).id);
    }
    const ids = received.map(({ headers }) => headers['flants-delivery']);
    expect(new Set(ids).size, 'each alert once').toBe(ids.length);
    up.kill('SIGTERM');
    const ended = await up.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout + ended.stderr).not.toContain(secret);
  });

  function ask(method: string, path: string, bearer?: string, body?: object): Promise<Response> {
    return documentedFetch(`${api.url}/api/v1/videos${path}`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function detailOf(video: string): Promise<VideoDetail> {
    return (await (await documentedFetch(`${api.url}/api/v1/videos/${video}`)).json()) as VideoDetail;
  }
});

function isAtRest({ state }: VideoSummary): boolean {
  return state === 'published' || state === 'incomplete' || state === 'invalid';
}

async function startHook(received: Received[]): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
