import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import * as live from '../../src/api/live-contract.ts';
import { hasNginx, startNginx } from '../servers/nginx.ts';
import { createLiveClient, shownOf, shownTo } from './live-client.ts';
import type { LiveClient } from './live-client.ts';
import { closeAll, closeLater, cookieOf, open, start, statusOf } from './live-service.ts';
import { token } from './http-service.ts';
import type { Live } from './live-service.ts';
import { openEvents } from './sse-client.ts';
import type { EventClient } from './sse-client.ts';

afterEach(closeAll);

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
    const [client, other] = [createLiveClient(), createLiveClient()];
    const [before, staying] = [await open(watched), await open(watched)];
    client.take((await before.next()) ?? expect.unreachable());
    before.close();
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 20; at++) await watched.library.change(Math.random);
      await catchUp(other, staying, watched);
    }
    expect(other.counts.delta).toBeGreaterThan(1);
    const after = await open(watched, client.seen);
    await catchUp(client, after, watched);
    expect(client.counts).toEqual({ snapshot: 1, delta: 1 });
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
    closeLater(() => void deaf.destroy());
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
    const longUrl = `https://cdn.example/${'é'.repeat(900)}`;
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
    closeLater(() => nginx.stop());
    const events = await openEvents(`${nginx.url}/api/v1/live`);
    closeLater(() => events.close());
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

function sequence(...numbers: number[]): () => number {
  return () => numbers.shift() ?? 0;
}
