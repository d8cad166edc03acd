import { createHmac } from 'node:crypto';
import { backoffMs, jittered } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import type { Alert } from '../domain/report/alert.ts';
import { FlantsError, failureOf, failureWith } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { parseRetryAfter } from '../domain/waiting/retry-after.ts';
import { minute, second } from '../domain/units.ts';

/** An alert that waits for delivery, as it is queued. */
export interface Delivery {
  readonly format: 1;
  readonly alert: Alert;
  /** Failed tries so far. */
  readonly tries: number;
  /** Time of the first try in milliseconds since the epoch. Absent before it. */
  readonly since?: number;
}

/** Receiver and ports of alerts. */
export interface DeliveryPorts {
  readonly url: string;
  /** Shared with the receiver. Absent: messages are not signed. */
  readonly secret?: string;
  /** As the global `fetch`. Of the response only status and headers are used. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). Spreads the delays. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Before an alert is tried again. Absent: as usual. */
  readonly delays?: Backoff;
}

/** Result of one try. `given-up` after a day of failed tries. */
export type Delivered =
  | { readonly result: 'delivered' }
  | { readonly result: 'again'; readonly delivery: Delivery; readonly delayMs: number; readonly failure: Failure }
  | { readonly result: 'given-up'; readonly failure: Failure };

const timeoutMs = 10 * second;
/** Of one alert. A receiver that takes none is left alone by whoever calls. */
const usualDelays: Backoff = { baseDelayMs: 30 * second, maxDelayMs: 15 * minute };
/** A longer one would have the alert given up. */
const longestRetryAfterMs = 120 * minute;
const giveUpAfterMs = 24 * 60 * minute;

/**
 * Tries once to post an alert as JSON. The receiver recognises duplicates by `Flants-Delivery`, the alert's id.
 * Redirects are not followed, since they would carry the message to a host that was not configured.
 *
 * `Flants-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, as is common for webhooks. A receiver
 * should compare the digest in constant time, and refuse a time that is minutes away from its own.
 *
 * @throws {FlantsError} never; the reason of `signal` when it is aborted
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
  const growing = jittered(backoffMs(ports.delays ?? usualDelays, tries), ports.random);
  const delayMs = Math.max(failure.retryAfterMs ?? 0, growing);
  if (at + delayMs - since > giveUpAfterMs) return { result: 'given-up', failure };
  return { result: 'again', delivery: { format: 1, alert, tries: tries + 1, since }, delayMs, failure };
}

/**
 * Sends a heartbeat to a monitor, which raises an alarm when heartbeats stop.
 *
 * @returns the failure, if any; it needs no retry, since the next heartbeat follows
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
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after') ?? '', now(), longestRetryAfterMs);
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

/** The message of an error from `fetch`. Its own is only `fetch failed`; the cause has the reason. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs / second} s`;
  const cause = error instanceof Error && !(error instanceof FlantsError) ? error.cause : undefined;
  return cause instanceof Error ? cause.message : failureOf(error).message;
}
