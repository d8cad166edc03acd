import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import * as live from '../../src/api/live-contract.ts';
import { serveHttp } from '../../src/api/serve.ts';
import type { HttpOptions, HttpService } from '../../src/api/serve.ts';
import { createControl } from '../../src/control/control.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { SqliteJournal } from '../../src/journal/sqlite-journal.ts';
import { createLocalChangeFeed } from '../../src/ledger/change-feed.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { observeLedger } from '../../src/ledger/observe-ledger.ts';
import { SqliteLedger } from '../../src/ledger/sqlite-ledger.ts';
import { createMonitor } from '../../src/monitor/monitor.ts';
import type { Monitor } from '../../src/monitor/monitor.ts';
import { openStateFile } from '../../src/state/file.ts';
import { createHealth } from '../../src/telemetry/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { hasNginx, startNginx } from '../servers/nginx.ts';
import { createChangingLibrary } from './changing-library.ts';
import type { ChangingLibrary } from './changing-library.ts';
import { createLiveClient, shownOf, shownTo } from './live-client.ts';
import type { LiveClient } from './live-client.ts';
import { openEvents } from './sse-client.ts';
import type { EventClient } from './sse-client.ts';

const token = 'a long and secret token';
const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Live {
  readonly base: string;
  readonly port: number;
  readonly service: HttpService;
  readonly monitor: Monitor;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly library: ChangingLibrary;
  /** Answers are checked against the service's document. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** A library in a real state file, watched over real HTTP. */
async function start(
  options: Partial<HttpOptions> = {},
  size: { readonly videos: number; readonly files: number } = { videos: 3, files: 60 },
): Promise<Live> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-live-'));
  closers.push(() => rm(folder, { recursive: true }));
  const state = openStateFile(folder);
  closers.push(() => state.close());
  const journal = new SqliteJournal(state);
  const changes = createLocalChangeFeed();
  const ledger = observeLedger(new SqliteLedger(state), (video) => changes.note(video));
  const library = await createChangingLibrary({ journal, ledger }, size);
  let count = 0;
  const tokenRules = async (): Promise<{ tokenParameters: string[] }> => ({ tokenParameters: ['token'] });
  const control = createControl({
    journal,
    ledger,
    newGeneration: () => `g${++count}`,
    now: Date.now,
    destination: 's3://bucket/vod',
    tokenRules,
    idOf: (url) => url.pathname.slice(1),
    takeNextStep: async () => {},
    crawl: async () => {},
  });
  const monitor = createMonitor({
    ledger,
    journal,
    changes,
    gauges: async () => ({
      progress: { filesPerSecond: 0, bytesPerSecond: 0, uncrawled: 0 },
      services: [],
      queues: [],
      batches: [],
      cost: null,
      budget: null,
    }),
    history: () => [],
    tokenRules,
    version: '1.2.3',
    destination: 's3://bucket/vod',
    now: Date.now,
    newEpoch: () => `e${++count}`,
    onTrouble: (error) => {
      throw error;
    },
  });
  closers.push(() => monitor.close());
  const service = await serveHttp({
    listen: { host: '127.0.0.1', port: 0 },
    version: '1.2.3',
    health: createHealth([], () => 0),
    metrics: createMetrics('aggregator'),
    control,
    monitor,
    token,
    log: { error: () => {} },
    ...options,
  });
  closers.push(() => service.close());
  const base = `http://127.0.0.1:${service.port}`;
  const ask = (path: string, init?: RequestInit): Promise<Response> => documentedFetch(`${base}${path}`, init);
  return { base, port: service.port, service, monitor, ledger, journal, library, ask };
}

async function open({ base }: Live, seen?: string, headers: Record<string, string> = {}): Promise<EventClient> {
  const events = await openEvents(`${base}/api/v1/live`, { ...headers, ...(seen ? { 'Last-Event-ID': seen } : {}) });
  closers.push(() => events.close());
  return events;
}

async function isUpToDate(client: LiveClient, { ledger, library }: Live): Promise<boolean> {
  for (const id of library.ids) {
    if (JSON.stringify(shownTo(client, id)) !== JSON.stringify(await shownOf(ledger, id))) return false;
  }
  return true;
}

/** Reads events until the client knows what the ledger holds. */
async function catchUp(client: LiveClient, events: EventClient, library: Live): Promise<void> {
  while (!(await isUpToDate(client, library))) {
    client.take((await events.next()) ?? expect.unreachable('the stream has ended'));
  }
}

async function sessionOf(answer: Response): Promise<readonly [status: number, state: unknown]> {
  return [answer.status, answer.ok ? live.sessionStateSchema.parse(await answer.json()) : undefined];
}

function signIn({ ask }: Live, given: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return ask('/api/v1/session', { method: 'POST', headers, body: JSON.stringify({ token: given }) });
}

function cookieOf(answer: Response): string {
  return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';
}

describe('the live stream', () => {
  it('begins with a snapshot, compressed, and tells what changes, as its document has it', async () => {
    const watched = await start();
    const events = await open(watched);
    const { headers } = events.answer;
    expect(events.answer.status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('cache-control')).toContain('no-transform');
    const client = createLiveClient();
    const first = await events.next();
    live.liveSnapshotSchema.parse(JSON.parse(first?.data ?? ''));
    client.take(first ?? expect.unreachable());
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 30; at++) await watched.library.change(Math.random);
      const next = await events.next();
      live.liveDeltaSchema.parse(JSON.parse(next?.data ?? ''));
      client.take(next ?? expect.unreachable());
      await catchUp(client, events, watched);
    }
    expect(client.counts.snapshot).toBe(1);
  });

  it('goes on after a break with what was missed, in one delta', async () => {
    const watched = await start();
    const client = createLiveClient();
    const before = await open(watched);
    client.take((await before.next()) ?? expect.unreachable());
    before.close();
    for (let at = 0; at < 50; at++) await watched.library.change(Math.random);
    await sleep(600);
    const after = await open(watched, client.seen);
    await catchUp(client, after, watched);
    expect(client.counts).toMatchObject({ snapshot: 1 });
    expect(client.counts.delta).toBeLessThanOrEqual(3);
  });

  it('shows twenty viewers the same, at no more than four events a second each', async () => {
    const watched = await start();
    const viewers = await Promise.all(
      Array.from({ length: 20 }, async () => ({ client: createLiveClient(), events: await open(watched) })),
    );
    const startedAt = performance.now();
    const changing = (async () => {
      for (let at = 0; at < 150; at++) {
        await watched.library.change(Math.random);
        await sleep(10);
      }
    })();
    await Promise.all(
      viewers.map(async ({ client, events }) => {
        while (performance.now() - startedAt < 1_500) client.take((await events.next()) ?? expect.unreachable());
      }),
    );
    await changing;
    await Promise.all(viewers.map(({ client, events }) => catchUp(client, events, watched)));
    const seconds = (performance.now() - startedAt) / 1_000;
    for (const { client } of viewers) expect(client.counts.delta).toBeLessThanOrEqual(seconds * 4.5 + 1);
    expect(watched.monitor.viewers).toBe(20);
  });

  it('neither queues for a viewer that never reads, nor keeps others waiting for it', async () => {
    const watched = await start({}, { videos: 10, files: 20_000 });
    const deaf = connect(watched.port, '127.0.0.1');
    deaf.pause();
    deaf.write('GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    closers.push(() => void deaf.destroy());
    const client = createLiveClient();
    const events = await open(watched);
    client.take((await events.next()) ?? expect.unreachable());
    const random = (): number => Math.random() * 0.6;
    for (let round = 0; round < 5; round++) {
      for (let at = 0; at < 50; at++) await watched.library.change(random);
      await catchUp(client, events, watched);
    }
    expect(watched.monitor.viewers).toBe(2);
    deaf.destroy();
    events.close();
    while (watched.monitor.viewers > 0) await sleep(10);
  });

  it('ends when the service is stopped', async () => {
    const watched = await start();
    const events = await open(watched);
    await events.next();
    await watched.service.close();
    while (await events.next());
  });

  it('lists videos in any order and part, as its document has it', async () => {
    const watched = await start();
    const answer = await watched.ask('/api/v1/list?sort=title&order=desc&limit=2&text=TITLE');
    const list = live.liveListSchema.parse(await answer.json());
    expect(list).toMatchObject({ total: 3, rows: [{ id: 'video-0002' }, { id: 'video-0001' }] });
    for (const wrong of ['sort=colour', 'offset=', 'offset=-1', 'limit=0x10', 'limit=%205'])
      expect((await watched.ask(`/api/v1/list?${wrong}`)).status, wrong).toBe(400);
    const longUrl = `https://cdn.example/${'a'.repeat(1_000)}`;
    const none = await watched.ask(`/api/v1/list?text=${encodeURIComponent(longUrl)}`);
    expect(live.liveListSchema.parse(await none.json()).total).toBe(0);
  });

  it('tells of the files of a video and of one file with its tries', async () => {
    const watched = await start();
    await watched.library.change(sequence(0, 0.3, 0, 0, 0.7));
    const field = live.videoFieldSchema.parse(await (await watched.ask('/api/v1/videos/video-0000/field')).json());
    expect(field).toMatchObject({ total: 60, field: { failed: [[18, 19]] } });
    const answer = await watched.ask('/api/v1/videos/video-0000/files/18');
    const file = live.fileDetailSchema.parse(await answer.json());
    expect(file).toMatchObject({ state: 'failed', tries: [{ number: 3, outcome: 'failed', status: 404 }] });
    for (const [path, status] of [
      ['files/60', 404],
      ['files/x', 400],
      ['files/0x1', 400],
      ['files/1e1', 400],
    ] as const) {
      expect((await watched.ask(`/api/v1/videos/video-0000/${path}`)).status).toBe(status);
    }
    expect(await (await watched.ask('/api/v1/runs')).json()).toEqual({ runs: [] });
  });

  it('gives the report as a table that a spreadsheet runs nothing of', async () => {
    const watched = await start();
    const submission = { id: 'x', playlistUrl: 'https://cdn.example/x.m3u8', title: '=cmd|" /C calc",1' };
    await watched.journal.decide({ type: 'submitted', video: 'x', at: '2026-11-01T00:00:00.000Z', submission });
    const answer = await watched.ask('/api/v1/report.csv');
    expect(answer.headers.get('content-disposition')).toContain('flants-report.csv');
    const lines = (await answer.text()).split('\r\n');
    expect(lines[0]).toBe('id,title,state,files,done,failed,accepted,bytes,first failure,playlist,source');
    expect(lines).toContain(`x,"'=cmd|"" /C calc"",1",waiting,0,0,0,0,0,,,https://cdn.example/x.m3u8`);
    expect(lines).toHaveLength(6);
  });

  it('gives the files of a video as a table, and the report as a page for people', async () => {
    const watched = await start();
    const files = await watched.ask('/api/v1/videos/video-0000/files.csv');
    expect([files.status, files.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    expect((await files.text()).split('\r\n')[0]).toMatch(/^video,index,key,role,state,/);
    expect((await watched.ask('/api/v1/videos/nobody/files.csv')).status).toBe(404);
    const page = await watched.ask('/api/v1/report.html');
    expect(page.headers.get('content-disposition')).toContain('flants-report.html');
    expect(await page.text()).toMatch(/^<!doctype html>[^]*video-0000/);
    expect(await (await watched.ask('/api/v1/report.html?video=video-0001')).text()).not.toContain('video-0000');
    expect((await watched.ask('/api/v1/report.html?video=nobody')).status).toBe(404);
  });
});

describe.skipIf(!hasNginx)('behind nginx, set up as docs/dashboard.md has it', () => {
  it('events come as they happen, and the page of its address may act', async () => {
    const watched = await start();
    const docs = await readFile(new URL('../../docs/dashboard.md', import.meta.url), 'utf8');
    const location = /location \/ \{\n(.*?)\n\}/s.exec(docs)?.[1] ?? expect.unreachable('no example');
    const lines = location.replaceAll(/#.*/g, '').replace('127.0.0.1:4010', `127.0.0.1:${watched.port}`);
    const nginx = await startNginx(tmpdir(), { location: lines });
    closers.push(() => nginx.stop());
    const events = await openEvents(`${nginx.url}/api/v1/live`);
    closers.push(() => events.close());
    expect(events.answer.headers.get('content-encoding')).toBe('gzip');
    const client = createLiveClient();
    for (let round = 0; round < 3; round++) {
      await watched.library.change(() => 0.3);
      await watched.library.change(Math.random);
      await catchUp(client, events, watched);
    }
    const answer = await fetch(`${nginx.url}/api/v1/session`, { method: 'POST', body: JSON.stringify({ token }) });
    const headers = { cookie: cookieOf(answer), [live.actionHeader]: live.actionHeaderValue };
    const { port, hostname } = new URL(nginx.url);
    const pause = (origin: string): Promise<number | undefined> =>
      statusOf(Number(port), '/api/v1/videos/video-0000/pause', { ...headers, origin, host: hostname });
    expect(await pause(`http://${hostname}`)).toBe(200);
    expect(await pause('https://evil.example')).toBe(403);
  });
});

describe('a session', () => {
  it('is given for the token, lets a page act, and ends', async () => {
    const watched = await start();
    expect(await sessionOf(await watched.ask('/api/v1/session'))).toEqual([
      200,
      { canRead: true, canAct: false, needsToken: true },
    ]);
    const wrong = await signIn(watched, 'a wrong token');
    // RFC 9110 section 15.5.2
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const answer = await signIn(watched, token);
    const [setting = ''] = answer.headers.getSetCookie();
    expect(setting).toMatch(/^flants-session-\d+=.*; HttpOnly; SameSite=Strict$/);
    expect(setting).not.toContain('secret');
    const cookie = cookieOf(answer);
    const signedIn = { canRead: true, canAct: true, needsToken: false };
    expect(await sessionOf(await watched.ask('/api/v1/session', { headers: { cookie } }))).toEqual([200, signedIn]);

    const pause = '/api/v1/videos/video-0000/pause';
    const without = await watched.ask(pause, { method: 'POST', headers: { cookie } });
    expect(without.status).toBe(403);
    const headers = { cookie, [live.actionHeader]: live.actionHeaderValue };
    expect((await watched.ask(pause, { method: 'POST', headers })).status).toBe(200);
    const forged = { ...headers, cookie: cookie.replace(/=(\d)/, '=9$1') };
    expect((await watched.ask(pause, { method: 'POST', headers: forged })).status).toBe(401);
    const out = await watched.ask('/api/v1/session', { method: 'DELETE', headers });
    expect(out.headers.getSetCookie()[0]).toContain('Max-Age=0');
  });

  it('outlives a restart of the service, and ends with another token', async () => {
    const first = await start();
    const cookie = cookieOf(await signIn(first, token));
    const { port } = first;
    for (const close of closers.splice(0).toReversed()) await close();
    const again = await start({ listen: { host: '127.0.0.1', port } });
    const state = await sessionOf(await again.ask('/api/v1/session', { headers: { cookie } }));
    expect(state).toMatchObject([200, { canAct: true }]);
    for (const close of closers.splice(0).toReversed()) await close();
    const other = await start({ listen: { host: '127.0.0.1', port }, token: 'quite another token' });
    expect(await sessionOf(await other.ask('/api/v1/session', { headers: { cookie } }))).toMatchObject([
      200,
      { canAct: false },
    ]);
  });

  it('is wanted even to read where the service asks for it', async () => {
    const watched = await start({ requireTokenToRead: true });
    expect((await watched.ask('/api/v1/live')).status).toBe(401);
    expect((await watched.ask('/api/v1/list')).status).toBe(401);
    expect(await sessionOf(await watched.ask('/api/v1/session'))).toEqual([
      200,
      { canRead: false, canAct: false, needsToken: true },
    ]);
    const cookie = cookieOf(await signIn(watched, token));
    const events = await open(watched, undefined, { cookie });
    expect(await events.next()).toMatchObject({ name: 'snapshot' });
  });

  it('is not to be guessed: after ten wrong tokens even the right one has to wait', async () => {
    const watched = await start();
    for (let at = 0; at < 10; at++) expect((await signIn(watched, `guess ${at} of many`)).status).toBe(401);
    const answer = await signIn(watched, token);
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  it('is of no use to pages of other sites', async () => {
    const watched = await start();
    const cookie = cookieOf(await signIn(watched, token));
    const headers = { cookie, [live.actionHeader]: live.actionHeaderValue };
    const pause = (more: Record<string, string>): Promise<number | undefined> =>
      statusOf(watched.port, '/api/v1/videos/video-0000/pause', { ...headers, ...more });
    expect(await pause({ origin: 'https://evil.example' })).toBe(403);
    expect(await pause({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await pause({ origin: 'null' })).toBe(403);
    expect(await pause({ host: 'evil.example' })).toBe(403);
    expect(await pause({ origin: `http://127.0.0.1:${watched.port}` })).toBe(200);
    expect(await pause({ origin: 'https://dash.example', 'x-forwarded-host': 'dash.example' })).toBe(200);
    expect(await pause({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });
});

/** With headers that `fetch` does not let one set. */
function statusOf(port: number, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the page', () => {
  const build = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'flants-page-'));
    closers.push(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(folder, 'assets', 'index-abc.js'), `export const text = '${'x'.repeat(5_000)}';`);
    return folder;
  };

  it('is served with its files, and a policy that lets nothing else in', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder, playOrigin: 'https://cdn.example' } });
    const page = await watched.ask('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self' https://cdn.example;");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await watched.ask('/assets/index-abc.js');
    expect(script.headers.get('content-type')).toContain('javascript');
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-encoding')).toBe('gzip');
    expect((await script.text()).length).toBeGreaterThan(5_000);
  });

  it('is at each address that a browser goes to, and at no other', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder } });
    const html = { headers: { accept: 'text/html,*/*' } };
    expect(await (await watched.ask('/video?id=a', html)).text()).toContain('<title>page');
    for (const path of [
      '/video',
      '/assets/none.js',
      '/assets/../index.html/x',
      '/api/none',
      '/assets/%2e%2e/index.html',
    ]) {
      expect((await watched.ask(path)).status, path).toBe(404);
    }
    expect((await watched.ask('/api/none', html)).status).toBe(404);
  });

  it('gives no path of the API a method that it does not have', async () => {
    const folder = await build();
    const watched = await start({ page: { folder: async () => folder } });
    for (const [method, path, allowed] of [
      ['GET', '/api/v1/retry', 'POST'],
      ['OPTIONS', '/api/v1/videos/a/retry', 'POST'],
      ['PUT', '/api/v1/session', 'GET, HEAD, POST, DELETE'],
    ] as const) {
      const answer = await watched.ask(path, { method });
      expect([answer.status, answer.headers.get('allow')], path).toEqual([405, allowed]);
    }
  });

  it('says so where it was not built', async () => {
    const watched = await start({ page: { folder: async () => undefined } });
    const answer = await watched.ask('/');
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});

function sequence(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}
