import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { second } from '../domain/units.ts';

/** Where Redis is, as plain data. */
export interface RedisSpec {
  /** `redis://[user:password@]host:port/db`, `rediss://…` for TLS, or `unix:///path/of/socket`. */
  readonly url: string;
  /** Begins the name of every key: several libraries may share a server. */
  readonly prefix: string;
  /** PEM of the authority that signed the server's certificate, where it is none of the system's. */
  readonly ca?: string;
}

/** A connection to Redis. */
export type RedisClient = Redis;

const maxReconnectDelayMs = 2 * second;
const silenceMs = 10 * second;
const loadingLookMs = second;

/**
 * Opens a connection that comes back by itself: commands wait while the server is away. Ends with `quit()`, or
 * `disconnect()` where the server may be gone.
 *
 * @param onError - hears why a connection broke or could not be made, each time, and that the server is not ready for it
 * @param patienceMs - for a person, who waits: how long the server may be away before the connection ends by itself, and
 *   all commands that wait for it fail. Absent: a service waits
 */
export function connectRedis(
  { url, ca }: Omit<RedisSpec, 'prefix'>,
  onError: (error: Error) => void,
  patienceMs?: number,
): RedisClient {
  let isGivenUp = false;
  const options: RedisOptions = {
    // Workers of a queue wait for the server, however long it takes.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (isGivenUp ? null : Math.min(maxReconnectDelayMs, 50 * attempt)),
    maxLoadingRetryTime: maxReconnectDelayMs,
    // A primary that became a replica keeps its connections; its name may lead to the new primary by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // With `tls` the client speaks TLS whatever the URL says.
    ...(ca === undefined || !url.startsWith('rediss:') ? {} : { tls: { ca } }),
  };
  const client = url.startsWith('unix://')
    ? new Redis({ ...options, path: decodeURIComponent(new URL(url).pathname) })
    : new Redis(url, options);
  client.on('error', onError);
  watchSilence(client, silenceMs);
  watchLoading(client);
  if (patienceMs !== undefined) {
    watchAbsence(client, patienceMs, () => {
      isGivenUp = true;
      // It may be connected to a server that is silent.
      client.disconnect(true);
    });
  }
  return client;
}

/**
 * Breaks a connection whose server is silent for a whole interval, so that it is made anew. A host that vanishes closes
 * nothing, and the system would wait for it a quarter of an hour. Ends with the connection.
 */
export function watchSilence(client: RedisClient, intervalMs: number): void {
  let isAsked = false;
  const ask = (): void => {
    if (client.status !== 'ready') return;
    if (isAsked) return client.disconnect(true);
    isAsked = true;
    const answered = (): void => void (isAsked = false);
    client.ping().then(answered, answered);
  };
  const timer = setInterval(ask, intervalMs).unref();
  client.on('close', () => (isAsked = false)).once('end', () => clearInterval(timer));
}

/** A server that takes connections and serves nothing, as it still reads its file: it will. */
export class RedisLoading extends Error {
  constructor(leftSeconds: string | undefined) {
    super(`it is still loading its data${leftSeconds === undefined ? '' : `, for about ${leftSeconds} s more`}`);
  }
}

/** Emits `RedisLoading` as an error, again and again. The client itself waits for such a server and says nothing. */
function watchLoading(client: RedisClient): void {
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const info = await client.info('persistence').catch(() => '');
    if (client.status !== 'connect' || !/^loading:1\r?$/m.test(info)) return;
    client.emit('error', new RedisLoading(/^loading_eta_seconds:(\d+)\r?$/m.exec(info)?.[1]));
  };
  const stop = (): void => clearInterval(timer);
  client
    .on('connect', () => {
      stop();
      timer = setInterval(() => void look(), loadingLookMs).unref();
    })
    .on('ready', stop)
    .on('close', stop)
    .once('end', stop);
}

/** Calls back once a connection has not been there for so long. */
function watchAbsence(client: RedisClient, patienceMs: number, onGone: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => void (timer ??= setTimeout(onGone, patienceMs).unref());
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  client.on('close', wait).on('ready', stop).once('end', stop);
  wait();
}
