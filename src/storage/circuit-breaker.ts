import { backoffMs } from '../domain/waiting/backoff.ts';
import type { Backoff } from '../domain/waiting/backoff.ts';
import { FlantsError, failureOf } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import { hasServerError } from '../domain/settle.ts';
import { placeOf } from '../domain/names/tokens.ts';
import { KiB, minute, second } from '../domain/units.ts';
import { mapFetch } from './map-fetch.ts';
import type { Body, FetchedObject, Source } from './source.ts';

/** A body of which so much has come counts as an answer, long before its end. */
const answerBytes = 64 * KiB;
/** Rests are soon over after what was no more than an interruption, or a process that was suspended. */
const rests: Backoff = { baseDelayMs: second, maxDelayMs: minute };
/** A refusal that took so long held its place for as long as many answers. */
const slowMs = 2 * second;
/** The oldest are forgotten. */
const maxOrigins = 1000;

/** An origin that was silent. */
interface Rest {
  readonly untilMs: number;
  /** Rests in a row before this one. */
  readonly others: number;
  /** A request finds out whether it answers again. */
  isTrying: boolean;
}

interface Origin {
  /** When it last answered anything. */
  answeredAtMs: number;
  rest?: Rest | undefined;
}

/**
 * Leaves origins alone that are silent: each request there would hold its place for long and in vain, and a few such
 * origins would hold all places.
 *
 * answering ──silence──▶ resting ──the rest is over──▶ trying ──silence──▶ resting, twice as long
 *                                                        └──any answer──▶ answering
 *
 * Silence is a request that times out, if none was answered since it was begun; or one that was kept waiting and then
 * refused by a server error or a throttle, as a gateway does whose origin is down. One request tries.
 * While an origin rests or is tried, other requests fail at once, with `source.silent` and a time to return, unless they
 * insist. Sizes are asked for as they are.
 *
 * @param now - a monotonic clock in milliseconds
 */
export function breakSilence(source: Source, now = (): number => performance.now()): Source {
  const origins = new Map<string, Origin>();
  const originOf = (url: string): Origin => {
    const name = originText(url);
    const known = origins.get(name);
    if (known) return known;
    const origin = { answeredAtMs: -Infinity };
    origins.set(name, origin);
    const [oldest = name] = origins.keys();
    if (origins.size > maxOrigins) origins.delete(oldest);
    return origin;
  };
  return mapFetch(source, (fetch) => async (url, options) => {
    const origin = originOf(url);
    const trial = options.insists ? undefined : admitted(url, origin, now());
    const request = new WatchedRequest(origin, trial, now);
    try {
      const object = await fetch(url, options);
      if (object.result === 'fetched') return watchedObject(object, request);
      request.answered();
      return object;
    } catch (error) {
      request.failed(error);
      throw error;
    }
  });
}

/** A source whose requests all insist, or the same source. */
export function insisting(source: Source, insists: boolean): Source {
  if (!insists) return source;
  return mapFetch(source, (fetch) => (url, options) => fetch(url, { ...options, insists: true }));
}

/** Scheme, host and port, as URLs of a plan are written. Parsing each of them would cost more than all else here. */
export function originText(url: string): string {
  const end = url.indexOf('/', url.indexOf('://') + 3);
  return end < 0 ? url : url.slice(0, end);
}

/**
 * Admits a request to an origin.
 *
 * @returns the rest that it is to end, if it is one that finds out
 * @throws {FlantsError} `source.silent` if the origin is to be left alone
 */
function admitted(text: string, { rest }: Origin, nowMs: number): Rest | undefined {
  if (!rest) return undefined;
  const leftMs = rest.isTrying ? backoffMs(rests, rest.others) : rest.untilMs - nowMs;
  if (leftMs > 0) {
    const url = new URL(text);
    const message = `${placeOf(url)} was not asked for: ${url.host} kept other requests waiting, in vain`;
    throw new FlantsError('source.silent', message, { retryAfterMs: Math.ceil(leftMs) });
  }
  rest.isTrying = true;
  return rest;
}

type ForEachView = NonNullable<Body['forEachView']>;

class WatchedRequest {
  readonly #origin: Origin;
  readonly #trial: Rest | undefined;
  readonly #now: () => number;
  readonly #begunAtMs: number;
  /** When it was begun, or the origin last answered it. */
  #sinceMs: number;
  #bytes = 0;
  #isOver = false;

  constructor(origin: Origin, trial: Rest | undefined, now: () => number) {
    this.#origin = origin;
    this.#trial = trial;
    this.#now = now;
    this.#begunAtMs = now();
    this.#sinceMs = this.#begunAtMs;
  }

  received(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < answerBytes) return;
    this.#bytes = 0;
    this.#heard();
  }

  /** It is over, and not by silence. */
  answered(): void {
    if (!this.#isOver) this.#heard();
    this.#isOver = true;
  }

  failed(error: unknown): void {
    const failure = failureOf(error);
    const { code } = failure;
    if (code !== 'aborted' && !this.#isSilence(failure)) return this.answered();
    this.#isOver = true;
    const origin = this.#origin;
    if (code === 'aborted') {
      if (this.#trial) this.#trial.isTrying = false;
    } else if (origin.answeredAtMs <= this.#sinceMs && origin.rest === this.#trial) {
      const others = this.#trial ? this.#trial.others + 1 : 0;
      origin.rest = { untilMs: this.#now() + backoffMs(rests, others), others, isTrying: false };
    }
  }

  /** Reads a body by its views. */
  watch(forEachView: ForEachView, take: Parameters<ForEachView>[0]): Promise<boolean> {
    const whole = forEachView((view) => {
      this.received(view.byteLength);
      return take(view);
    });
    // Beside what is returned: another promise in between would cost each file as much as all else here.
    void whole.then(
      (isWhole) => isWhole && this.answered(),
      (error: unknown) => this.failed(error),
    );
    return whole;
  }

  #isSilence(failure: Failure): boolean {
    if (failure.code === 'source.timeout') return true;
    const isRefusal = failure.code === 'source.throttled' || hasServerError(failure);
    return isRefusal && this.#now() - this.#begunAtMs >= slowMs;
  }

  #heard(): void {
    this.#sinceMs = this.#now();
    this.#origin.answeredAtMs = this.#sinceMs;
    this.#origin.rest = undefined;
  }
}

function watchedObject(object: FetchedObject, request: WatchedRequest): FetchedObject {
  return {
    ...object,
    body: new WatchedBody(object.body, request),
    cancel() {
      request.answered();
      object.cancel();
    },
  };
}

class WatchedBody implements Body {
  /** Absent where the body has none. */
  readonly forEachView?: ForEachView;
  readonly #body: Body;
  readonly #request: WatchedRequest;

  constructor(body: Body, request: WatchedRequest) {
    this.#body = body;
    this.#request = request;
    const forEachView = body.forEachView?.bind(body);
    if (forEachView) this.forEachView = (take) => request.watch(forEachView, take);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return watchedChunks(this.#body, this.#request);
  }
}

async function* watchedChunks(body: Body, request: WatchedRequest): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) return request.answered();
      request.received(next.value.byteLength);
      yield next.value;
    }
  } catch (error) {
    request.failed(error);
    throw error;
  } finally {
    await chunks.return?.();
  }
}
