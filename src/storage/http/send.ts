import { placeOf } from '../../domain/names/tokens.ts';
import { FlantsError } from '../../domain/failure.ts';
import type { Proxy } from '../proxy/select.ts';
import { exchange } from '../wire/exchange.ts';
import type { Answer, ExchangeErrors } from '../wire/exchange.ts';
import type { SlowestPace } from '../wire/pace.ts';
import { abortedError, transportError } from './errors.ts';
import type { Route } from './routes.ts';

/** A request as it goes out. It has no body. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: URL;
  /** Names and values in turn. */
  readonly headers: string[];
  /** Keep the connection after a HEAD: right for a server that never sends a body with it. */
  readonly keepsConnection?: boolean;
  /** As of `RequestOptions`. */
  readonly slowest?: SlowestPace | undefined;
}

/**
 * Sends one request to a source and resolves with the headers of its response.
 *
 * @throws {FlantsError} as `Source.fetch`, for errors of the transport
 */
export function send(
  { wire, proxy }: Route,
  { method, url, headers, keepsConnection = false, slowest }: OutgoingRequest,
  signal: AbortSignal,
): Promise<Answer> {
  const kept = keepsConnection ? { reset: false } : {};
  const pace = slowest ? { slowest } : {};
  const request = { origin: url.origin, path: url.pathname + url.search, method, headers, ...kept, ...pace };
  return exchange(wire, request, signal, new SourceErrors(url, proxy));
}

class SourceErrors implements ExchangeErrors {
  readonly #url: URL;
  readonly #proxy: Proxy | undefined;

  constructor(url: URL, proxy: Proxy | undefined) {
    this.#url = url;
    this.#proxy = proxy;
  }

  aborted(): FlantsError {
    return abortedError(this.#url);
  }

  tooSlow(): FlantsError {
    return new FlantsError('source.timeout', `${placeOf(this.#url)} sends too slowly to ever end`);
  }

  of(error: Error, phase: 'answer' | 'body'): FlantsError {
    return transportError(error, this.#url, { phase, proxy: this.#proxy });
  }
}
