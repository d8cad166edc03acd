import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliveriesAtATime, deliveryHandler } from '../../src/app/cluster/deliver-alerts.ts';
import { openQueues } from '../../src/app/cluster/queues.ts';
import type { ClusterQueues } from '../../src/app/cluster/queues.ts';
import { createAlertSender } from '../../src/app/cluster/send-alert.ts';
import { haltAlert, videoAlert } from '../../src/domain/report/alert.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { second } from '../../src/domain/units.ts';
import { connectRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/connect.ts';
import { fetchOver } from '../../src/storage/http/fetch.ts';
import { openRoutes } from '../../src/storage/http/routes.ts';
import { leveled } from '../../src/telemetry/logger.ts';
import { hasRedis, startRedis } from '../servers/redis.ts';
import type { RedisServer } from '../servers/redis.ts';

const alertCount = 200;
const limits = { connections: 4, connectTimeoutMs: 2000, headersTimeoutMs: 20_000, bodyTimeoutMs: 20_000 };
const files = { total: 1, done: 1, failed: 0, accepted: 0 };

describe.skipIf(!hasRedis)('a webhook that refuses all alerts for a while', () => {
  let redis: RedisServer;
  let client: RedisClient;
  let queues: ClusterQueues;
  let server: Server;
  let isDown: (id: string) => { readonly retryAfter?: number } | undefined;
  const asked: string[] = [];
  const taken: string[] = [];
  const lines: string[] = [];
  const log = leveled('info', (level, message) => lines.push(`${level}: ${message}`));

  beforeEach(async () => {
    for (const each of [asked, taken, lines]) each.length = 0;
    isDown = () => ({});
    redis = await startRedis();
    client = connectRedis({ url: redis.url }, () => {});
    queues = openQueues(client, 'flants', () => {});
    server = createServer((request, response) => {
      const id = String(request.headers['flants-delivery']);
      const refusal = isDown(id);
      asked.push(id);
      if (!refusal) taken.push(id);
      const { retryAfter } = refusal ?? {};
      request.resume();
      response.writeHead(refusal ? 500 : 204, retryAfter === undefined ? {} : { 'Retry-After': retryAfter }).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(async () => {
    await queues.close();
    client.disconnect();
    await redis.stop();
    server.closeAllConnections();
    server.close();
  });

  const start = (): (() => Promise<void>) => {
    const routes = openRoutes(limits);
    const { port } = server.address() as AddressInfo;
    const handler = deliveryHandler({
      url: `http://127.0.0.1:${port}/hook`,
      alerts: queues.alerts,
      fetch: fetchOver(routes),
      now: Date.now,
      random: Math.random,
      log,
      delays: { baseDelayMs: 100, maxDelayMs: 400 },
      rests: { baseDelayMs: 100, maxDelayMs: 800 },
    });
    const workers = queues.alerts.work(handler, { concurrency: deliveriesAtATime, onError: () => {} });
    return async () => {
      await workers.stop();
      await routes.close();
    };
  };
  const sendAll = async (): Promise<readonly string[]> => {
    const halted = haltAlert('transfer', failureWith('store.full', 'the destination is full'), 0, 0);
    const complete = Array.from({ length: alertCount }, (_, at) =>
      videoAlert({ id: `video-${at}`, state: 'published', files, failures: [] }, 'published', 0),
    ).filter((alert) => alert !== undefined);
    const send = createAlertSender(queues.alerts, log);
    await Promise.all([...complete, halted].map(send));
    return [...complete, halted].map(({ id }) => id);
  };

  it('is left alone for longer each time, told of once, and gets each alert once it takes them', async () => {
    const ids = await sendAll();
    const stop = start();
    await sleep(second);
    // Four or five rests, with a few tries after each: no more, however slow or fast the machine.
    expect(asked.length).toBeLessThan(8 * deliveriesAtATime);
    expect(lines.filter((line) => line.includes('answered 500'))).toHaveLength(1);

    isDown = () => undefined;
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(ids.length);
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(lines.at(-1)).toBe('info: the webhook takes alerts again');
    await expect.poll(() => queues.alerts.size()).toBe(0);
    await stop();
  });

  it('takes the others where it refuses one of them', async () => {
    const ids = await sendAll();
    const [odd = ''] = ids;
    isDown = (id) => (id === odd ? {} : undefined);
    const stop = start();
    await expect.poll(() => taken.length, { timeout: 20_000 }).toBe(ids.length - 1);
    // The webhook has an alert before its job has ended.
    await expect.poll(() => queues.alerts.size()).toBe(1);
    await stop();
  });

  it('is asked by no other alert for as long as it asks for', async () => {
    await sendAll();
    isDown = () => ({ retryAfter: 3600 });
    const stop = start();
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThan(0);
    await stop();
    expect(asked.length).toBeLessThanOrEqual(deliveriesAtATime);
    expect(await queues.alerts.size()).toBe(alertCount + 1);
  });
});
