import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs, jittered } from '../../domain/waiting/backoff.ts';
import type { Backoff } from '../../domain/waiting/backoff.ts';
import { FlantsError, failureOf } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure.ts';
import { second } from '../../domain/units.ts';
import { crc32Hex } from '../../storage/checksum.ts';
import { collectBody } from '../../storage/body-range.ts';
import { listPersistently } from '../../storage/list-persistently.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readAhead } from '../../domain/waiting/read-ahead.ts';

/** Limits of retries. */
export interface TryLimits extends Backoff {
  readonly maxTries: number;
  /** No try begins later than this after the first. */
  readonly maxTotalMs: number;
}

/** Enough for most passing failures of a store. */
const fewTries: TryLimits = { maxTries: 5, baseDelayMs: second / 2, maxDelayMs: 4 * second, maxTotalMs: 10 * second };

/** Objects removed concurrently. */
const removalWidth = 16;

/** Failures that a person has to mend, or has caused: thrown unchanged. */
const toldAsTheyAre: ReadonlySet<FailureCode> = new Set([
  'aborted',
  'store.denied',
  'store.no-bucket',
  'store.credentials',
  'store.full',
]);

/** How an object is written. */
export interface WriteOptions {
  readonly contentType: string;
  /** Only where nothing stands. */
  readonly createOnly?: boolean;
}

/**
 * The journal's access to its store: small objects, read and written whole. Passing failures are retried here, so that no
 * file is charged for trouble of the journal.
 *
 * All methods throw `FlantsError`: `state.unusable` for failures that last (with the store's `retryable`), the store's own
 * code where rights, bucket, credentials or space are missing, and `aborted`.
 */
export class JournalObjects {
  readonly name: string;
  readonly #store: ObjectStore;
  readonly #signal: AbortSignal;
  readonly #limits: TryLimits;

  constructor(store: ObjectStore, signal: AbortSignal, limits: TryLimits = fewTries) {
    this.#limits = limits;
    this.name = store.name;
    this.#store = store;
    this.#signal = signal;
  }

  /** undefined where nothing stands. */
  async read(key: string): Promise<Buffer | undefined> {
    return this.#persistently(async () => {
      const found = await this.#store.get(key, { signal: this.#signal });
      return found && collectBody(found.body);
    });
  }

  /** Whether it was written: false where only an absent one is to be, and something stands. */
  async write(key: string, body: Uint8Array, { contentType, createOnly = false }: WriteOptions): Promise<boolean> {
    const options = {
      contentType,
      cacheControl: 'no-store',
      signal: this.#signal,
      ...(createOnly ? { condition: { ifNoneMatch: '*' } as const } : {}),
    };
    const answer = await this.#persistently(() => this.#store.put(key, body, crc32Hex(body), options));
    return answer.result === 'stored';
  }

  /** Keys with the prefix, behind `after`, in ascending order. */
  async *list(prefix: string, after?: string): AsyncGenerator<string> {
    const options = { signal: this.#signal, ...(after === undefined ? {} : { after }) };
    const ask = <T>(request: () => Promise<T>): Promise<T> => this.#persistently(request);
    for await (const { key } of listPersistently(this.#store, prefix, options, ask)) yield key;
  }

  /** Nothing there is no error. */
  async remove(key: string): Promise<void> {
    await this.#persistently(() => this.#store.delete(key, { signal: this.#signal }));
  }

  /** Removes whatever has a prefix. */
  async removeAll(prefix: string): Promise<void> {
    for await (const _ of readAhead(this.list(prefix), removalWidth, (key) => this.remove(key)));
  }

  async #persistently<T>(work: () => Promise<T>): Promise<T> {
    const { maxTries, maxTotalMs } = this.#limits;
    const beganMs = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const { retryable, retryAfterMs = 0 } = failureOf(error);
        const delayMs = Math.max(retryAfterMs, jittered(backoffMs(this.#limits, tries - 1), Math.random));
        const isLate = performance.now() - beganMs + delayMs > maxTotalMs;
        if (!retryable || this.#signal.aborted || isLate || tries === maxTries) throw this.#errorOf(error);
        await sleep(delayMs, undefined, { signal: this.#signal }).catch(() => undefined);
      }
    }
  }

  #errorOf(error: unknown): unknown {
    if (!(error instanceof FlantsError) || toldAsTheyAre.has(error.code)) return error;
    const { message, retryable, status, retryAfterMs } = error.failure;
    return new FlantsError('state.unusable', `the journal in ${this.name} cannot be used: ${message}`, {
      retryable,
      cause: error,
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}
