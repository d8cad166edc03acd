import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import * as contract from '../../src/api/contract.ts';
import { createControl } from '../../src/control/control.ts';
import { createHealth } from '../../src/telemetry/health.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { documentedFetch } from '../servers/documented-fetch.ts';
import { closeServices, codeOf, serve, start, video } from './api-service.ts';
import { token } from './http-service.ts';

afterEach(closeServices);

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
    const service = await serve({
      listen: { host: '127.0.0.1', port: 0 },
      version: '1',
      health: createHealth([], () => 0),
      metrics: createMetrics('crawler'),
      log: { error: () => {} },
    });
    expect(await codeOf(await fetch(`http://127.0.0.1:${service.port}/api/v1/status`))).toEqual([404, 'usage']);
  });

  it('says where it cannot listen', async () => {
    const { port } = await start();
    await expect(start({ listen: { host: '127.0.0.1', port } })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
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
    const { port } = await serve({
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
        crawl: async () => true,
      }),
      log: { error: () => {} },
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
    await closeServices();
    await expect(fetch(`${base}/livez`)).rejects.toThrow('fetch failed');
  });
});
