import type { IncomingHttpHeaders } from 'node:http';
import { noProxies } from '../../config/values/proxies.ts';
import type { ProxySettings } from '../../config/values/proxies.ts';
import { KiB, second } from '../../domain/units.ts';
import { exchange } from './exchange.ts';
import type { S3Answer } from './exchange.ts';
import { networkError, parseErrorBody, refusalError } from './errors.ts';
import type { S3Attempt, S3Refusal } from './errors.ts';
import { addressOf } from './address.ts';
import type { S3Address } from './address.ts';
import type { S3Credentials } from './credentials.ts';
import type { Route } from '../http/routes.ts';
import { openProxyWire } from '../proxy/wire.ts';
import { proxyFor } from '../proxy/select.ts';
import { tlsOptions } from '../tls-options.ts';
import { signRequest, unsignedPayload } from './sigv4.ts';
import { exchange as openExchange } from '../wire/exchange.ts';
import type { ExchangeErrors } from '../wire/exchange.ts';
import type { RequestOptions } from '../wire/request.ts';
import { ConnectionError } from '../wire/errors.ts';
import { openWire } from '../wire/wire.ts';

/** Time-outs of a store. */
export interface S3Timeouts {
  readonly connectTimeoutMs: number;
  /** From the request to the response headers, in addition to the time that sending the body takes. */
  readonly headersTimeoutMs: number;
  /** Between two chunks of a response body. */
  readonly bodyTimeoutMs: number;
}

/** Bucket, credentials and number of connections. */
export interface S3ConnectionOptions {
  readonly bucket: string;
  /** URL of a store other than AWS. */
  readonly endpoint?: string;
  readonly region: string;
  /** Called before each request. Cache its result (`cacheCredentials`), and return the same object each time. */
  readonly credentials: () => Promise<S3Credentials>;
  readonly connections: number;
  readonly timeouts: S3Timeouts;
  /** PEM certificates of authorities to trust in addition to those of Node. */
  readonly ca?: string;
  /** If absent, all connections are direct. */
  readonly proxies?: ProxySettings;
}

/** One request about one object. */
export interface S3Request {
  readonly method: 'HEAD' | 'GET' | 'PUT' | 'DELETE';
  /** The full key in the bucket, including the prefix. */
  readonly key: string;
  /** The canonical query, as from `canonicalQuery`. */
  readonly query?: string;
  /** Names in lower case. All are signed. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

/** A response whose body has not been read. */
export interface S3Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
}

/** A connection that sends less than 64 KiB per second is abandoned. */
const slowestBytesPerMs = (64 * KiB) / second;

/**
 * The hot path to one bucket: signed requests over keep-alive connections.
 *
 * Bodies are not hashed for the signature (`UNSIGNED-PAYLOAD`). Their CRC-32 is in a signed header, so that a change on
 * the way is noticed unless it preserves the CRC-32. TLS protects against more than accidents.
 */
export class S3Connection {
  readonly address: S3Address;
  readonly #options: S3ConnectionOptions;
  readonly route: Route;

  constructor(options: S3ConnectionOptions) {
    const { timeouts } = options;
    this.#options = options;
    this.address = addressOf(options.bucket, options.region, options.endpoint);
    const tls = tlsOptions(options.ca);
    const proxy = proxyFor(new URL(this.address.origin), options.proxies ?? noProxies);
    if (proxy) {
      const { connections } = options;
      this.route = { wire: openProxyWire(proxy, { ...timeouts, connections, tls }), proxy };
      return;
    }
    const wire = openWire(() => ({ ...timeouts, connections: options.connections, ...tls }));
    this.route = { wire };
  }

  /** Describes a request for messages. */
  attempt(operation: string, key: string): S3Attempt {
    const { bucket, region } = this.#options;
    return {
      operation,
      place: `s3://${bucket}/${key}`,
      endpoint: this.address.origin,
      region,
      proxy: this.route.proxy,
    };
  }

  /**
   * Sends a request and collects the response, whatever its status.
   *
   * @throws {FlantsError} `store.unreachable`, `store.timeout`, `store.credentials` or `aborted`
   */
  async send(request: S3Request): Promise<S3Answer> {
    try {
      return await exchange(this.route.wire, await this.#sign(request), request.signal);
    } catch (error) {
      throw networkError(error, this.attempt(request.method, request.key), request.signal);
    }
  }

  /** Like `send`, but streams the body. Read it to the end, or leave it by `return()`. */
  async stream(request: S3Request): Promise<S3Stream> {
    const errorOf = (error: unknown): Error =>
      networkError(error, this.attempt(request.method, request.key), request.signal);
    const errors: ExchangeErrors = {
      aborted: () => errorOf(request.signal.reason),
      tooSlow: () => errorOf(new ConnectionError('UND_ERR_BODY_TIMEOUT', 'silence within a body')),
      of: errorOf,
    };
    try {
      return await openExchange(this.route.wire, await this.#sign(request), request.signal, errors);
    } catch (error) {
      throw errorOf(error);
    }
  }

  /** Converts an error response. */
  refusal(request: S3Request, answer: S3Answer): Error {
    const isReplacement = request.headers.some(([name]) => name === 'if-match');
    return refusalError(refusalOf(answer), { ...this.attempt(request.method, request.key), isReplacement });
  }

  /** Closes the connections, aborting requests in flight. */
  async close(): Promise<void> {
    await this.route.wire.destroy();
  }

  async #sign(request: S3Request): Promise<RequestOptions> {
    const { method, query = '', body } = request;
    const path = this.address.pathOf(request.key);
    const headers = signRequest({
      method,
      host: this.address.host,
      path,
      query,
      headers: request.headers,
      payloadHash: unsignedPayload,
      credentials: await this.#options.credentials(),
      region: this.#options.region,
      now: new Date(),
    });
    return {
      origin: this.address.origin,
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers,
      body: body ?? null,
      // No store sends a body with the response to HEAD.
      reset: false,
      // Includes the time that sending the body takes.
      headersTimeout: this.#options.timeouts.headersTimeoutMs + (body?.byteLength ?? 0) / slowestBytesPerMs,
    };
  }
}

/** What the store itself said in an error response. */
export function refusalOf(answer: S3Answer): S3Refusal {
  const header = (name: string): string | undefined => {
    const value = answer.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const retryAfter = header('retry-after');
  const region = header('x-amz-bucket-region');
  return {
    status: answer.status,
    ...parseErrorBody(answer.body),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(region === undefined ? {} : { bucketRegion: region }),
  };
}
