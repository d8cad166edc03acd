import { createHmac } from 'node:crypto';
import type { Alert } from '../domain/alert.ts';
import { failureOf, failureWith } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { jittered } from '../domain/settle.ts';
import { minute, second } from '../domain/units.ts';

/** An alert on its way: what waits in a queue. */
export interface Delivery {
  readonly format: 1;
  readonly alert: Alert;
  /** Tries that failed so far. */
  readonly tries: number;
  /** When the first was made, in milliseconds since the epoch; absent before it. */
  readonly since?: number;
}

/** Where alerts go, and how. */
export interface DeliveryPorts {
  readonly url: string;
  /** Shared with the receiver; absent: messages are not signed. */
  readonly secret?: string;
  readonly fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1), spreads the delays. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** What came of one try. `given-up`: a day has passed. */
export type Delivered =
  | { readonly result: 'delivered' }
  | { readonly result: 'again'; readonly delivery: Delivery; readonly delayMs: number; readonly failure: Failure }
  | { readonly result: 'given-up'; readonly failure: Failure };

const timeoutMs = 10 * second;
const baseDelayMs = 30 * second;
const maxDelayMs = 120 * minute;
const giveUpAfterMs = 24 * 60 * minute;

/**
 * Posts an alert as JSON, once. The receiver tells doubles by `Flants-Delivery`, the alert's id. Redirects are not
 * followed: they would carry the message to somebody who was not named.
 *
 * `Flants-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, as webhooks commonly have it: a receiver
 * compares the digest in constant time, and refuses an instant that is minutes away.
 *
 * @throws {FlantsError} never; the reason of `signal` when that ends it
 */
export async function deliverAlert(delivery: Delivery, ports: DeliveryPorts): Promise<Delivered> {
  const at = ports.now();
  const body = JSON.stringify(delivery.alert);
  const failure = await post(ports, {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'Flants-Delivery': delivery.alert.id,
      ...(ports.secret === undefined ? {} : { 'Flants-Signature': signatureOf(body, ports.secret, at) }),
    },
  });
  if (!failure) return { result: 'delivered' };
  const { alert, tries, since = at } = delivery;
  const growing = jittered(Math.min(maxDelayMs, baseDelayMs * 2 ** tries), ports.random);
  const delayMs = Math.max(failure.retryAfterMs ?? 0, growing);
  if (at + delayMs - since > giveUpAfterMs) return { result: 'given-up', failure };
  return { result: 'again', delivery: { format: 1, alert, tries: tries + 1, since }, delayMs, failure };
}

/**
 * Tells a monitor that this service is alive: it raises the alarm when it hears nothing.
 *
 * @returns what went wrong; the next beat is the cure
 */
export function sendHeartbeat(
  url: string,
  ports: Pick<DeliveryPorts, 'fetch' | 'now' | 'signal'>,
): Promise<Failure | undefined> {
  return post({ ...ports, url }, { method: 'GET' });
}

function signatureOf(body: string, secret: string, at: number): string {
  const seconds = Math.floor(at / second);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

async function post(
  { url, fetch, now, signal }: Pick<DeliveryPorts, 'url' | 'fetch' | 'now' | 'signal'>,
  init: RequestInit,
): Promise<Failure | undefined> {
  const place = `${new URL(url).origin}/…`;
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const { status } = response;
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'), now());
    return failureWith('webhook.refused', `${place} answered ${status}`, {
      status,
      retryable: true,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  } catch (error) {
    signal.throwIfAborted();
    return failureWith('webhook.unreachable', `${place} could not be reached: ${reasonOf(error)}`, { retryable: true });
  }
}

/** Seconds or a date: RFC 9110 section 10.2.3. */
function retryAfterOf(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * second : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** `fetch` says `fetch failed`, and the cause why. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / second} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : failureOf(error).message;
}
