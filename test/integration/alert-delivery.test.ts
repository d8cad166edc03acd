import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sendHeartbeat, deliverAlert } from '../../src/aggregator/alert-delivery.ts';
import type { Delivered, Delivery, DeliveryPorts } from '../../src/aggregator/alert-delivery.ts';
import { haltAlert } from '../../src/domain/report/alert.ts';
import { failureWith } from '../../src/domain/failure.ts';
import { minute, second } from '../../src/domain/units.ts';
import { fetchOver } from '../../src/storage/http/fetch.ts';
import { openRoutes } from '../../src/storage/http/routes.ts';
import { startForwardProxy } from '../servers/forward-proxy.ts';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

/** A receiver of webhooks that answers as it is told. */
async function receiver(answer: (response: ServerResponse) => void): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const listening = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response);
    });
  });
  server = listening;
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/hook/secret-path`, received };
}

const limits = { connections: 2, connectTimeoutMs: 2000, headersTimeoutMs: 20_000, bodyTimeoutMs: 20_000 };
const routes = openRoutes(limits);
afterAll(() => routes.close());
const now = Date.parse('2026-11-01T12:00:00.500Z');
const alert = haltAlert('transfer', failureWith('store.denied', 'access denied: “ü”'), 1, now);
const first: Delivery = { format: 1, alert, tries: 0 };

const ports = (url: string, more: Partial<DeliveryPorts> = {}): DeliveryPorts => ({
  url,
  fetch: fetchOver(routes),
  now: () => now,
  random: () => 1,
  signal: new AbortController().signal,
  ...more,
});

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end('thank you');
  };

const delayOf = (delivered: Delivered): number | undefined =>
  delivered.result === 'again' ? delivered.delayMs : undefined;

describe('an alert', () => {
  it('is posted as JSON under its id, with a signature that its receiver can check', async () => {
    const { url, received } = await receiver(status(204));
    expect(await deliverAlert(first, ports(url, { secret: 'shared' }))).toEqual({ result: 'delivered' });
    const [message] = received;
    expect(message?.method).toBe('POST');
    expect(message?.headers['content-type']).toBe('application/json');
    expect(message?.headers['flants-delivery']).toBe(alert.id);
    expect(JSON.parse(message?.body ?? '')).toEqual(alert);
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(message?.headers['flants-signature'])) ?? [];
    expect(Number(t)).toBe(Math.floor(now / 1_000));
    const expected = createHmac('sha256', 'shared')
      .update(t)
      .update('.')
      .update(message?.body ?? '')
      .digest('hex');
    expect(v1).toBe(expected);
  });

  it('is not signed where no secret is shared', async () => {
    const { url, received } = await receiver(status(200));
    await deliverAlert(first, ports(url));
    expect(received[0]?.headers).not.toHaveProperty('flants-signature');
  });

  it('is sent again later when it is refused, after ever longer delays', async () => {
    const { url } = await receiver(status(500));
    const delays: number[] = [];
    let delivery = first;
    for (let tries = 0; tries < 9; tries++) {
      const delivered = await deliverAlert(delivery, ports(url));
      if (delivered.result !== 'again') throw new Error(delivered.result);
      delays.push(delivered.delayMs);
      ({ delivery } = delivered);
    }
    expect(delays.map((delayMs) => delayMs / minute)).toEqual([0.5, 1, 2, 4, 8, 15, 15, 15, 15]);
    expect(delivery).toEqual({ format: 1, alert, tries: 9, since: now });
  });

  it('waits as long as the receiver asks, in seconds or until a date', async () => {
    const { url } = await receiver(status(429, { 'Retry-After': '3600' }));
    expect(delayOf(await deliverAlert(first, ports(url)))).toBe(60 * minute);
    server?.close();
    const dated = await receiver(status(503, { 'Retry-After': new Date(now + 90 * second).toUTCString() }));
    expect(delayOf(await deliverAlert(first, ports(dated.url)))).toBe(89.5 * second);
  });

  it('is not given up because the receiver asks for longer than that takes', async () => {
    const { url } = await receiver(status(503, { 'Retry-After': String((7 * 24 * 60 * minute) / second) }));
    expect(delayOf(await deliverAlert(first, ports(url)))).toBe(120 * minute);
  });

  it('is given up after a day', async () => {
    const { url } = await receiver(status(500));
    const old: Delivery = { ...first, tries: 20, since: now - (24 * 60 - 14) * minute };
    expect(await deliverAlert(old, ports(url))).toMatchObject({ result: 'given-up', failure: { status: 500 } });
  });

  it('follows nobody elsewhere', async () => {
    const { url, received } = await receiver(status(307, { Location: '/elsewhere' }));
    expect((await deliverAlert(first, ports(url))).result).toBe('again');
    expect(received.map((message) => message.url)).toEqual(['/hook/secret-path']);
  });

  it('is sent again when nobody listens, and its URL stays secret', async () => {
    const { url } = await receiver(status(200));
    await new Promise((resolve) => server?.close(resolve));
    const delivered = await deliverAlert(first, ports(url));
    expect(delivered).toMatchObject({ result: 'again', failure: { code: 'webhook.unreachable' } });
    expect(JSON.stringify(delivered)).not.toContain('secret-path');
  });

  it('is left where it is when the service stops', async () => {
    const stopping = new AbortController();
    const { url } = await receiver(() => stopping.abort());
    await expect(deliverAlert(first, ports(url, { signal: stopping.signal }))).rejects.toThrow('aborted');
  });
});

describe('a heartbeat', () => {
  it('asks for its URL, and says what went wrong', async () => {
    const { url, received } = await receiver(status(200));
    expect(await sendHeartbeat(url, ports(url))).toBeUndefined();
    expect(received).toMatchObject([{ method: 'GET', url: '/hook/secret-path', body: '' }]);
    server?.close();
    const refusing = await receiver(status(404));
    expect(await sendHeartbeat(refusing.url, ports(refusing.url))).toMatchObject({
      code: 'webhook.refused',
      status: 404,
    });
  });
});

describe('behind a proxy', () => {
  it('an alert goes through it, and where it refuses that, the reason names it without its password', async () => {
    const { url, received } = await receiver(status(204));
    const proxy = await startForwardProxy({ user: { name: 'me', password: 'hush-hush' } });
    try {
      for (const [http, expected] of [
        [proxy.url, { result: 'delivered' }],
        [proxy.url.replace('hush-hush', 'bad-word'), { result: 'again' }],
      ] as const) {
        const behind = openRoutes({ ...limits, proxies: { http, bypass: [] } });
        const delivered = await deliverAlert(first, ports(url, { fetch: fetchOver(behind) }));
        await behind.close();
        expect(delivered).toMatchObject(expected);
        expect(JSON.stringify(delivered)).not.toMatch(/hush-hush|bad-word/);
        if (delivered.result === 'again')
          expect(delivered.failure.message).toMatch(/the proxy http:\/\/127.0.0.1:\d+ \(HTTP_PROXY\) wants other/);
      }
      expect(received).toHaveLength(1);
      expect(proxy.calls).toHaveLength(2);
    } finally {
      await proxy.stop();
    }
  });
});
