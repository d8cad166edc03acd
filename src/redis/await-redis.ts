import { FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { RedisLoading } from './connect.ts';
import type { RedisClient, RedisSpec } from './connect.ts';

/** What no second try mends: rights, and certificates. */
const finalReplies = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH|DB index))/;
const finalCodes = /CERT|UNABLE_TO_VERIFY|^ERR_(TLS|SSL)/;

/**
 * Waits for the first connection. Later ones come by themselves; at the start it is better to say that something is
 * wrong than to wait for ever. A server that loads its data is waited for: it says so, and comes.
 *
 * @throws {FlantsError} `usage` at once where user, password, database or certificate is refused; `state.unusable` when
 *   nothing answers in time; `aborted` when the signal says so
 */
export async function awaitRedis(
  client: RedisClient,
  { url }: Pick<RedisSpec, 'url'>,
  signal: AbortSignal,
  timeoutMs = 10 * second,
): Promise<void> {
  const address = redisAddress(url);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isLoading = false;
  let reason = 'it does not answer (is it a TLS port asked without TLS, or the reverse?)';
  const hear = (error: Error): void => {
    reason = error.message;
    isLoading = error instanceof RedisLoading;
    const code = 'code' in error ? String(error.code) : '';
    if (finalReplies.test(reason))
      reject(new FlantsError('usage', `Redis at ${address} refuses the connection: ${reason}`));
    if (finalCodes.test(code))
      reject(new FlantsError('usage', `the certificate of Redis at ${address} is not trusted: ${reason} (${code})`));
  };
  const giveUp = (): void =>
    reject(new FlantsError('state.unusable', `cannot reach Redis at ${address}: ${reason}`, { retryable: true }));
  const giveUpUnlessLoading = (): void => {
    if (!isLoading) return giveUp();
    isLoading = false;
    timer.refresh();
  };
  const abort = (): void => reject(new FlantsError('aborted', `stopped while connecting to Redis at ${address}`));
  const timer = setTimeout(giveUpUnlessLoading, timeoutMs);
  client.on('error', hear).once('ready', resolve).once('end', giveUp);
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    if (client.status === 'ready') resolve();
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    client.off('error', hear).off('ready', resolve).off('end', giveUp);
  }
}

/** A server's URL as people may see it: without user and password. */
export function redisAddress(url: string): string {
  if (!URL.canParse(url)) return 'an address that is no URL';
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  parsed.search = '';
  return parsed.href;
}
