import { setTimeout as sleep } from 'node:timers/promises';
import { FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { Source } from './source.ts';

/** The clock of a bandwidth limit. */
export interface Clock {
  /** Milliseconds from an arbitrary start. Never goes back. */
  nowMs(): number;
  /** Rejects when the signal is aborted. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this process. */
export const processClock: Clock = {
  nowMs: () => performance.now(),
  sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
};

/** The rate limit of a source. */
export interface BandwidthLimit {
  readonly bytesPerSecond: number;
  /** Bytes that may arrive at once after a pause. Absent: those of one second. */
  readonly burstBytes?: number;
}

/**
 * Limits the total bandwidth of a source's bodies. For workers: it opens no sessions.
 *
 * A token bucket: each chunk takes its bytes, going into debt if necessary, and waits until the debt of all earlier
 * chunks is paid. Since waiting delays reading, the network slows down too.
 *
 * @throws {FlantsError} `usage` when the limit is not above 0; bodies throw `aborted` when stopped while they wait
 */
export function limitBandwidth(source: Source, limit: BandwidthLimit, clock: Clock = processClock): Source {
  if (!(limit.bytesPerSecond > 0)) throw new FlantsError('usage', 'a bandwidth limit must be above 0 bytes per second');
  const waitMsFor = tokenBucket(limit, clock);

  async function* throttled(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      const waitMs = waitMsFor(chunk.byteLength);
      if (waitMs > 0) await pause(waitMs, clock, signal);
      yield chunk;
    }
  }

  return {
    fetch: async (url, options) => {
      const object = await source.fetch(url, options);
      return object.result === 'fetched' ? { ...object, body: throttled(object.body, options.signal) } : object;
    },
    sizeOf: (url, options) => source.sizeOf(url, options),
    close: () => source.close(),
  };
}

function tokenBucket(
  { bytesPerSecond, burstBytes = bytesPerSecond }: BandwidthLimit,
  clock: Clock,
): (bytes: number) => number {
  let tokens = burstBytes;
  let atMs = clock.nowMs();
  return (bytes) => {
    const nowMs = clock.nowMs();
    tokens = Math.min(burstBytes, tokens + ((nowMs - atMs) / second) * bytesPerSecond) - bytes;
    atMs = nowMs;
    return tokens >= 0 ? 0 : (-tokens / bytesPerSecond) * second;
  };
}

async function pause(durationMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(durationMs, signal);
  } catch (cause) {
    if (signal.aborted) throw new FlantsError('aborted', 'stopped while waiting for bandwidth', { cause });
    throw cause;
  }
}
