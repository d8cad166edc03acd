import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as contract from '../../src/api/contract.ts';
import { serveHttp } from '../../src/api/serve.ts';
import type { HttpOptions, HttpService } from '../../src/api/serve.ts';
import { createControl } from '../../src/control/control.ts';
import type { ControlPorts } from '../../src/control/control-ports.ts';
import { failureWith, FlantsError } from '../../src/domain/failure.ts';
import { digestOf } from '../../src/domain/revision.ts';
import type { ScanSummary } from '../../src/domain/scan-summary.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { MemoryLedger } from '../../src/ledger/memory-ledger.ts';
import { createHealth } from '../../src/telemetry/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';

const token = 'a long and secret token';
const services: HttpService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

interface Service {
  readonly base: string;
  readonly port: number;
  readonly journal: MemoryJournal;
  readonly ledger: MemoryLedger;
  readonly errors: string[];
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** With the token. */
  change(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response>;
}

async function start(options: Partial<HttpOptions> = {}, ports: Partial<ControlPorts> = {}): Promise<Service> {
  const journal = new MemoryJournal();
  const ledger = new MemoryLedger();
  const errors: string[] = [];
  let [generation, clock] = [0, Date.parse('2026-11-01T00:00:00Z')];
  const control = createControl({
    journal,
    ledger,
    newGeneration: () => `g${++generation}`,
    now: () => ++clock,
    destination: 's3://bucket/vod',
    tokenRules: async () => ({ tokenParameters: ['token'] }),
    idOf: (url) => url.pathname.slice(1),
    takeNextStep: async () => {},
    crawl: async () => {},
    ...ports,
  });
  const service = await serveHttp({
    listen: { host: '127.0.0.1', port: 0 },
    version: '1.2.3',
    health: createHealth([], () => 0),
    metrics: createMetrics('aggregator'),
    control,
    token,
    log: { error: (message: string) => void errors.push(message) },
    ...options,
  });
  services.push(service);
  const base = `http://127.0.0.1:${service.port}`;
  return {
    base,
    port: service.port,
    journal,
    ledger,
    errors,
    ask: (path, init) => documentedFetch(`${base}${path}`, init),
    change: (method, path, body) =>
      documentedFetch(`${base}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/** What a scanner leaves, with each of its optional parts. */
const lastScan: ScanSummary = {
  startedAt: '2026-11-01T00:00:00.000Z',
  durationMs: 5,
  rows: 3,
  taken: 2,
  added: 1,
  changed: 1,
  refused: { count: 1, rows: [{ row: 3, failure: failureWith('catalogue.row', 'no URL') }] },
  warnings: { count: 1, rows: [{ row: 1, id: 'a', message: 'row 1: no date' }] },
  withdrawn: { count: 1, ids: ['gone'] },
};

/** The answer as its schema says, or the test fails. */
async function answerOf<T extends z.ZodType>(answer: Response, schema: T, status = 200): Promise<z.infer<T>> {
  expect(answer.status).toBe(status);
  return schema.parse(await answer.json());
}

async function codeOf(answer: Response): Promise<readonly [number, string]> {
  return [answer.status, contract.errorSchema.parse(await answer.json()).error.code];
}

async function linesOf(answer: Response): Promise<readonly unknown[]> {
  expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
  const text = await answer.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}

const video = (id: string): string => `/api/v1/videos/${encodeURIComponent(id)}`;

/** A video of two files, one of which has failed. */
async function addIncomplete({ journal, ledger }: Service, id: string): Promise<void> {
  const playlistUrl = 'https://cdn.example/a.m3u8';
  await journal.decide({
    type: 'submitted',
    video: id,
    at: '2026-10-01T00:00:00.000Z',
    submission: { id, playlistUrl },
  });
  const files = ['s0.ts', 's1.ts'].map((key) => ({ key, url: `https://cdn.example/${key}`, role: 'segment' }) as const);
  const plan = { files, documents: [] };
  const digest = digestOf(plan);
  const rest = { total: 2, playlists: [], external: [], warnings: [], hasTokens: false };
  await journal.seal({ video: id, digest, ...plan, ...rest });
  await ledger.apply(id, { type: 'open', generation: 'a' });
  await ledger.apply(id, { type: 'register', seen: 'a', generation: 'b', revision: digest, total: 2, done: [0] });
  const failure = failureWith('source.not-found', 'no such file', { status: 404 });
  const told = {
    key: 's1.ts',
    url: 'https://cdn.example/s1.ts',
    failure,
    generation: 'b',
    tries: 3,
    worker: 'w',
    at: '',
  };
  await journal.recordOutcomes(id, [{ index: 1, kind: 'failed', failure: told }]);
  await ledger.apply(id, { type: 'record', generation: 'b', revision: digest, done: [], failed: [1] });
}

describe('every service', () => {
  it('says that it lives, whether it is ready and why not, and what it counts', async () => {
    const health = createHealth(['redis'], () => 0);
    const { ask } = await start({ health });
    expect((await ask('/livez')).status).toBe(200);
    const unready = await ask('/readyz');
    expect(unready.status).toBe(503);
    expect(await unready.json()).toEqual({ ready: false, reasons: { redis: 'not tried yet' } });
    health.set('redis', true);
    expect((await ask('/readyz')).status).toBe(200);
    const metrics = await ask('/metrics');
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    expect(await metrics.text()).toContain('process_cpu_seconds_total{role="aggregator"}');
  });

  it('says when its event loop is stuck', async () => {
    const { ask } = await start({ health: { alive: () => false, readiness: () => ({ ready: true, reasons: {} }) } });
    expect((await ask('/livez')).status).toBe(503);
  });

  it('has nothing below /api where it has no control', async () => {
    const service = await serveHttp({
      listen: { host: '127.0.0.1', port: 0 },
      version: '1',
      health: createHealth([], () => 0),
      metrics: createMetrics('crawler'),
      log: { error: () => {} },
    });
    services.push(service);
    expect(await codeOf(await fetch(`http://127.0.0.1:${service.port}/api/v1/status`))).toEqual([404, 'usage']);
  });

  it('says where it cannot listen', async () => {
    const { port } = await start();
    await expect(start({ listen: { host: '127.0.0.1', port } })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });
});

describe('questions', () => {
  it('about the library need no token', async () => {
    const service = await start();
    await addIncomplete(service, 'a');
    const status = await answerOf(await service.ask('/api/v1/status'), contract.statusSchema);
    expect(status.totals.videos.incomplete).toBe(1);
    expect(status.causes).toMatchObject([{ code: 'source.not-found', files: 1, videos: 1 }]);
    const report = await answerOf(await service.ask('/api/v1/report'), contract.reportSchema);
    expect(report.videos).toMatchObject([{ id: 'a', state: 'incomplete', failures: [{ key: 's1.ts' }] }]);
  });

  it('need it where the service says so', async () => {
    const { ask } = await start({ requireTokenToRead: true });
    expect(await codeOf(await ask('/api/v1/status'))).toEqual([401, 'api.denied']);
    const headers = { Authorization: `Bearer ${token}` };
    expect((await ask('/api/v1/status', { headers })).status).toBe(200);
    expect((await ask('/livez')).status).toBe(200);
  });

  it('find a video by any id, percent-encoded', async () => {
    const service = await start();
    const ids = ['a/b', '2026/11/01 lecture', 'ü:{}?#', '%2F', '100%', '+', 'x/pause', '-'];
    for (const id of ids) {
      await addIncomplete(service, id);
      const { report } = await answerOf(await service.ask(video(id)), contract.videoDetailSchema);
      expect(report.id).toBe(id);
      const paused = await service.change('POST', `${video(id)}/pause`);
      expect(await answerOf(paused, contract.decidedSchema)).toEqual({ video: id, state: 'paused' });
    }
  });

  it('are answered in pages, and by state', async () => {
    const service = await start();
    for (const id of ['a', 'b', 'c']) await addIncomplete(service, id);
    const page = async (query: string): Promise<z.infer<typeof contract.videoPageSchema>> =>
      answerOf(await service.ask(`/api/v1/videos?${query}`), contract.videoPageSchema);
    const first = await page('limit=2');
    expect(first).toMatchObject({ videos: [{ id: 'a' }, { id: 'b' }], next: 'b' });
    const second = await page('limit=2&after=b');
    expect(second.videos.map(({ id }) => id)).toEqual(['c']);
    expect(second.next).toBeUndefined();
    expect((await page('state=published,invalid')).videos).toEqual([]);
    expect((await page('state=incomplete')).videos).toHaveLength(3);
    expect(await codeOf(await service.ask('/api/v1/videos?state=gone'))).toEqual([400, 'usage']);
    expect(await codeOf(await service.ask('/api/v1/videos?limit=0'))).toEqual([400, 'usage']);
    expect(await codeOf(await service.ask('/api/v1/videos?page=1'))).toEqual([400, 'usage']);
  });

  it('are answered a line at a time where that is asked for', async () => {
    const service = await start();
    for (const id of ['a', 'b']) await addIncomplete(service, id);
    const headers = { Accept: 'application/x-ndjson' };
    const videos = await linesOf(await service.ask('/api/v1/videos', { headers }));
    expect(videos.map((line) => contract.videoSummarySchema.parse(line).id)).toEqual(['a', 'b']);
    const files = await linesOf(await service.ask(`${video('a')}/files`));
    expect(files.map((line) => contract.fileLineSchema.parse(line))).toMatchObject([
      { index: 0, state: 'done' },
      { index: 1, state: 'failed' },
    ]);
    expect(await codeOf(await service.ask(`${video('nobody')}/files`))).toEqual([404, 'video.unknown']);
  });

  it('whose answer cannot be finished break off', async () => {
    const journal = new MemoryJournal();
    const service = await start({}, { journal });
    await addIncomplete({ ...service, journal }, 'a');
    journal.submissions = async function* () {
      // More than are looked at before the first is told.
      for (let row = 0; row < 100; row++) yield { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
      throw new FlantsError('state.unusable', 'the journal has gone away');
    };
    await expect(
      service.ask('/api/v1/videos', { headers: { Accept: 'application/x-ndjson' } }).then((answer) => answer.text()),
    ).rejects.toThrow(/terminated|fetch failed/);
    expect(service.errors).toEqual(['HTTP: an answer broke off: the journal has gone away']);
    expect(await codeOf(await service.ask('/api/v1/videos'))).toEqual([503, 'state.unusable']);
  });

  it('end for whoever goes away', async () => {
    const journal = new MemoryJournal();
    const service = await start({}, { journal });
    const ended = Promise.withResolvers<void>();
    journal.submissions = async function* () {
      try {
        for (;;) yield { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
      } finally {
        ended.resolve();
      }
    };
    await addIncomplete({ ...service, journal }, 'a');
    const leaving = new AbortController();
    const headers = { Accept: 'application/x-ndjson' };
    const answer = await service.ask('/api/v1/videos', { headers, signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    await ended.promise;
    expect(service.errors).toEqual([]);
  });

  it('that meet a fault are answered without its words, which the log has', async () => {
    const journal = new MemoryJournal();
    journal.submission = () => Promise.reject(new TypeError('at line 7 of a secret file'));
    const service = await start({}, { journal });
    const answer = await service.ask(video('a'));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
    expect(service.errors).toEqual([expect.stringContaining('at line 7 of a secret file')]);
  });

  it('by another method than a path has are refused, and told which ones it has', async () => {
    const { ask } = await start();
    const expected = [
      ['PUT', '/api/v1/videos', 'GET, HEAD, POST'],
      ['PATCH', video('a'), 'GET, HEAD, DELETE'],
      ['GET', `${video('a')}/pause`, 'POST'],
      ['POST', '/api/v1/status', 'GET, HEAD'],
      ['DELETE', '/livez', 'GET, HEAD'],
      ['OPTIONS', '/api/openapi.json', 'GET, HEAD'],
    ] as const;
    for (const [method, path, allowed] of expected) {
      const answer = await ask(path, { method });
      expect(answer.headers.get('allow')).toBe(allowed);
      expect(await codeOf(answer)).toEqual([405, 'usage']);
    }
    expect((await ask('/api/v1/status', { method: 'HEAD' })).status).toBe(200);
  });

  it('about a catalogue that is read again and again tell what it has no more', async () => {
    const service = await start({}, { lastScan: async () => lastScan });
    const report = await answerOf(await service.ask('/api/v1/report'), contract.reportSchema);
    expect(report).toMatchObject({ withdrawn: ['gone'], refusedRows: [{ row: 3 }], rowWarnings: { count: 1 } });
    const status = await answerOf(await service.ask('/api/v1/status'), contract.statusSchema);
    expect(status.scan).toMatchObject({ withdrawn: 1 });
  });

  it('nobody knows are told so in JSON', async () => {
    const { ask } = await start();
    expect(await codeOf(await ask('/api/v1/nothing'))).toEqual([404, 'usage']);
    expect(await codeOf(await ask(video('nobody')))).toEqual([404, 'video.unknown']);
  });
});

describe('verbs', () => {
  it('submit, put forward, pause, resume, cancel and purge a video', async () => {
    const { change, ask } = await start();
    const submitted = await change('POST', '/api/v1/videos', { id: 'x/y', playlistUrl: 'https://cdn.example/x.m3u8' });
    expect(await answerOf(submitted, contract.decidedSchema)).toEqual({ video: 'x/y', state: 'waiting' });
    const steps: readonly (readonly [string, unknown, string])[] = [
      ['priority', { fresh: true }, 'waiting'],
      ['pause', undefined, 'paused'],
      ['resume', {}, 'waiting'],
      ['cancel', { waitMs: 1_000 }, 'cancelled'],
    ];
    for (const [verb, body, state] of steps) {
      const answer = await change('POST', `${video('x/y')}/${verb}`, body);
      expect(await answerOf(answer, contract.decidedSchema)).toMatchObject({ video: 'x/y', state });
    }
    expect(await codeOf(await change('POST', `${video('x/y')}/resume`))).toEqual([409, 'video.state']);
    const { decisions } = await answerOf(await ask(video('x/y')), contract.videoDetailSchema);
    expect(decisions.map(({ type }) => type)).toEqual(['submitted', 'prioritised', 'paused', 'resumed', 'cancelled']);
    const purged = await change('DELETE', video('x/y'));
    expect(await answerOf(purged, contract.purgedSchema)).toEqual({ video: 'x/y', objectsLeft: 0 });
    expect((await ask(video('x/y'))).status).toBe(404);
  });

  it('try again and accept', async () => {
    const service = await start();
    await addIncomplete(service, 'a');
    const accepted = await service.change('POST', `${video('a')}/accept`, { file: 's1.ts', reason: 'lost' });
    expect(await answerOf(accepted, contract.acceptedSchema)).toEqual({
      video: 'a',
      key: 's1.ts',
      state: 'publishing',
    });
    const retried = await service.change('POST', `${video('a')}/retry`, { failedBy: 'source.not-found' });
    expect(await answerOf(retried, contract.retriedSchema)).toEqual({ reopened: 1, videos: 1 });
    const all = await service.change('POST', '/api/v1/retry', {});
    expect(await answerOf(all, contract.retriedSchema)).toEqual({ reopened: 0, videos: 0 });
  });

  it('take the longest body that the document allows', async () => {
    const { change } = await start();
    const videos = Array.from({ length: 1_000 }, (_, index) => `${index}`.padEnd(1_000, '\u0001'));
    const answer = await change('POST', '/api/v1/retry', { videos });
    expect(await codeOf(answer)).toEqual([404, 'video.unknown']);
  });

  it('are answered as accepted while they wait for their effect', async () => {
    const ledger = new MemoryLedger();
    ledger.read = () => Promise.reject(new FlantsError('state.unusable', 'Redis is away'));
    const { change, journal } = await start({}, { ledger });
    const submission = { id: 'a', playlistUrl: 'https://cdn.example/a.m3u8' };
    await journal.decide({ type: 'submitted', video: 'a', at: '2026-10-01T00:00:00.000Z', submission });
    const { pending } = await answerOf(await change('POST', `${video('a')}/pause`), contract.decidedSchema, 202);
    expect(pending).toMatchObject({ code: 'state.unusable', message: 'Redis is away' });
  });

  it.each([
    ['no JSON', '{'],
    ['a field that is unknown', '{"playlistUrl": "https://cdn.example/a", "fersh": true}'],
    ['a local file of the service', '{"playlistUrl": "file:///etc/passwd"}'],
    ['no object', '[]'],
    ['a host and no playlist on it', '{"playlistUrl": "https://cdn.example/"}'],
    ['nothing', ''],
  ])('refuse a body that is or names %s', async (_, body) => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    expect(await codeOf(await ask('/api/v1/videos', { method: 'POST', headers, body }))).toEqual([400, 'usage']);
  });

  it('take a body that does not say how long it is', async () => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    const body = ReadableStream.from([new TextEncoder().encode('{"playlistUrl": "https://cdn.example/a"}')]);
    const answer = await ask('/api/v1/videos', { method: 'POST', headers, body, duplex: 'half' });
    expect((await answerOf(answer, contract.decidedSchema)).video).toBe('a');
  });

  it('refuse a body that is too long, whether or not it says so', async () => {
    const { ask } = await start();
    const headers = { Authorization: `Bearer ${token}` };
    const long = 'x'.repeat(8 * 1024 * 1024 + 1);
    expect(await codeOf(await ask('/api/v1/videos', { method: 'POST', headers, body: long }))).toEqual([413, 'usage']);
    const body = ReadableStream.from([new TextEncoder().encode(long)]);
    const streamed = await ask('/api/v1/videos', { method: 'POST', headers, body, duplex: 'half' });
    expect(await codeOf(streamed)).toEqual([413, 'usage']);
  });
});

describe('access', () => {
  it.each([
    ['no token', {}],
    ['another token', { Authorization: 'Bearer another' }],
    ['a token of another scheme', { Authorization: `Basic ${token}` }],
    ['the beginning of the token', { Authorization: `Bearer ${token.slice(0, -1)}` }],
  ])('to change anything is refused to whoever has %s', async (_, headers) => {
    const { ask, journal } = await start();
    const body = JSON.stringify({ playlistUrl: 'https://cdn.example/a' });
    const answer = await ask('/api/v1/videos', { method: 'POST', headers, body });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await codeOf(answer)).toEqual([401, 'api.denied']);
    expect((await journal.submissions()[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  it('to change anything is refused to all where there is no token', async () => {
    const service = await start();
    const { port } = await serveHttp({
      listen: { host: '127.0.0.1', port: 0 },
      version: '1',
      health: createHealth([], () => 0),
      metrics: createMetrics('aggregator'),
      control: createControl({
        ...service,
        newGeneration: () => 'g',
        now: () => 0,
        destination: 'out',
        tokenRules: async () => ({ tokenParameters: [] }),
        idOf: () => undefined,
        takeNextStep: async () => {},
        crawl: async () => {},
      }),
      log: { error: () => {} },
    }).then((started) => {
      services.push(started);
      return started;
    });
    const answer = await documentedFetch(`http://127.0.0.1:${port}${video('a')}`, { method: 'DELETE' });
    expect(answer.status).toBe(403);
    expect(contract.errorSchema.parse(await answer.json()).error.message).toContain('FLANTS_TOKEN');
  });

  it('over the loopback is refused under a name that is not this machine', async () => {
    const { port } = await start();
    const statusUnder = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request({ port, host: '127.0.0.1', path: '/api/v1/status', headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once('error', reject);
        asked.end();
      });
    expect(await statusUnder('rebound.example')).toBe(403);
    expect(await statusUnder('127.0.0.1.rebound.example')).toBe(403);
    expect(await statusUnder(`localhost:${port}`)).toBe(200);
    expect(await statusUnder(`[::1]:${port}`)).toBe(200);
  });

  it('is given to no page of another site', async () => {
    const { ask } = await start();
    const answer = await ask('/api/v1/status', { headers: { Origin: 'https://elsewhere.example' } });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('closing', () => {
  it('ends connections that nobody uses', async () => {
    const { ask, base } = await start();
    expect((await ask('/livez')).status).toBe(200);
    await services.splice(0)[0]?.close();
    await expect(fetch(`${base}/livez`)).rejects.toThrow('fetch failed');
  });
});
