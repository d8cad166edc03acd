import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureOf, FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { HttpOptions, RequestHandler } from './http-options.ts';
import { isLoopback, isLocalHost } from './local-host.ts';
import { createProbes, usualHeaders } from './probes.ts';
import type { ProbeAnswer } from './probes.ts';

/** A running HTTP service. */
export interface HttpService {
  readonly port: number;
  /** Stops accepting requests, and waits a short time for responses in progress. */
  close(): Promise<void>;
}

/** How long responses in progress may continue after `close`. */
const closeGraceMs = 2 * second;
const idleLookMs = 50;

/**
 * Starts an HTTP service with `/livez`, `/readyz`, `/metrics` and, if there is a `control`, the library below `/api`; with a `monitor`,
 * the live view as well, and with a `page` the dashboard at `/`.
 *
 * On the loopback, requests with a foreign Host are refused. There is no CORS, so pages of other sites cannot read
 * responses.
 *
 * @throws {FlantsError} `usage` when it cannot listen at this address
 */
export async function serveHttp(options: HttpOptions): Promise<HttpService> {
  const { host, port } = options.listen;
  const closing = new AbortController();
  const portNow = (): number => (server.address() as AddressInfo | null)?.port ?? port;
  const server = createServer(createHandler(options, { port: portNow, closing: closing.signal }));
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  try {
    await listening.promise;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FlantsError('usage', `cannot listen on ${host}:${port}: ${reason}`, { cause });
  }
  server.off('error', listening.reject);
  server.on('error', (error: Error) => options.log.error(`HTTP: ${error.message}`));
  return {
    port: portNow(),
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // A connection becomes idle when its answer has ended.
      const idle = setInterval(() => server.closeIdleConnections(), idleLookMs);
      const end = setTimeout(() => server.closeAllConnections(), closeGraceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(end);
    },
  };
}

/**
 * Answers probes by itself: they come for ever, and a process that is asked nothing else then never loads what serves the
 * library.
 */
function createHandler(
  options: HttpOptions,
  server: { readonly port: () => number; readonly closing: AbortSignal },
): RequestHandler {
  const probes = createProbes(options);
  const mustBeLocal = isLoopback(options.listen.host);
  let app: Promise<RequestHandler> | undefined;
  const loadApp = async (): Promise<RequestHandler> => {
    const { createLibraryApp } = await import('./library-app.ts');
    return createLibraryApp(options, { probes, ...server });
  };
  return async (request, response) => {
    const { method, url = '', headers } = request;
    const probe = method === 'GET' && (!mustBeLocal || isLocalHost(headers.host)) ? probes.get(url) : undefined;
    const answer = await probe?.().catch(() => undefined);
    if (answer) return send(answer, response);
    try {
      app ??= loadApp();
      return (await app)(request, response);
    } catch (error) {
      // As where the package was removed meanwhile.
      options.log.error(`HTTP: ${failureOf(error).message}`);
      return response.writeHead(500).end();
    }
  };
}

function send({ status, contentType, body }: ProbeAnswer, response: ServerResponse): void {
  const sizeBytes = Buffer.byteLength(body);
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': sizeBytes, ...usualHeaders }).end(body);
}
