import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Route } from '../http/routes.ts';
import { proxyError } from '../proxy/error.ts';
import { canonicalQuery } from './sigv4.ts';
import { exchange } from '../wire/exchange.ts';

/** A request as the SDK hands it over, signed. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
}

interface SdkResponse {
  readonly response: { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: unknown };
}

/** Sends the SDK's requests. It is given to a client as its `requestHandler`. */
export interface SdkHandler {
  handle(
    request: SdkRequest,
    options?: { readonly abortSignal?: unknown; readonly requestTimeout?: number },
  ): Promise<SdkResponse>;
  /** Called by the SDK on a client that is destroyed. The connections belong to whoever opened them. */
  destroy(): void;
}

/**
 * Sends the SDK's requests over connections of ours, so that they take the same proxy, trust the same authorities and
 * fail with the same errors as all others.
 *
 * @param routeTo - connections to an origin
 * @param headersTimeoutMs - for requests that bring no `requestTimeout`
 */
export function sdkHandler(routeTo: (origin: URL) => Route, headersTimeoutMs: number): SdkHandler {
  return {
    async handle({ protocol, hostname, port, method, path, query, headers, body }, options = {}) {
      const origin = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
      const { wire, proxy } = routeTo(origin);
      const queryText = canonicalQuery(singleValues(query));
      const { abortSignal, requestTimeout } = options;
      try {
        const request = {
          origin: origin.origin,
          path: queryText === '' ? path : `${path}?${queryText}`,
          method,
          headers: { ...headers },
          body: body ?? null,
          headersTimeout: requestTimeout ?? headersTimeoutMs,
        };
        const answer = await exchange(wire, request, abortSignal as AbortSignal | undefined);
        return {
          response: {
            statusCode: answer.status,
            headers: joined(answer.headers),
            body: Readable.from(answer.body, { objectMode: false }),
          },
        };
      } catch (error) {
        if (!proxy || !(error instanceof Error)) throw error;
        const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
        const { host, href } = origin;
        throw proxyError(error, code, { proxy, side: 'store', place: `${method} ${href}`, host }) ?? error;
      }
    },
    destroy() {},
  };
}

/** None of the requests sent here has a parameter with several values. */
function singleValues(query: SdkRequest['query'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, typeof value === 'string' ? value : (value?.[0] ?? '')]),
  );
}

function joined(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]],
    ),
  );
}
