import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Control } from '../control/control.ts';
import { failureWith, FlantsError } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import type { Health } from '../telemetry/health.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { errorResponse, failureResponse } from './answers.ts';
import type { App } from './app.ts';
import { isLoopback, refuseForeignPages, refuseOtherMethods, requireAccess, requireLoopbackHost } from './guard.ts';
import { liveRoutes } from './live-routes.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { openApiDocument } from './openapi.ts';
import { pageRoutes } from './page-routes.ts';
import type { PageFiles } from './page-routes.ts';
import { controlRoutes } from './routes.ts';
import { createSessions } from './session.ts';
import type { Access, Sessions } from './session.ts';
import { sessionRoutes } from './session-routes.ts';

/** Address and content of an HTTP service. */
export interface HttpOptions extends Access {
  /** Port 0: any free port. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly version: string;
  readonly health: Pick<Health, 'alive' | 'readiness'>;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Absent: only probes and metrics are served. */
  readonly control?: Control;
  /** Absent: there is no live view. Closed by its owner, after the service. */
  readonly monitor?: Monitor;
  /** Absent: there is no page. */
  readonly page?: PageFiles;
  readonly log: Pick<Logger, 'error'>;
}

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
  const sessions = createSessions(options, { port: portNow, now: Date.now });
  const server = createAdaptorServer({
    fetch: appOf(options, sessions, closing.signal).fetch,
    hostname: 'localhost',
    overrideGlobalObjects: false,
  });
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
      const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), idleLookMs);
      const end = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), closeGraceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(end);
    },
  };
}

function appOf(
  { listen, version, health, metrics, control, monitor, page, log }: HttpOptions,
  sessions: Sessions,
  closing: AbortSignal,
): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    await next();
    context.res.headers.set('X-Content-Type-Options', 'nosniff');
    if (!context.res.headers.has('Cache-Control')) context.res.headers.set('Cache-Control', 'no-store');
  });
  if (isLoopback(listen.host)) app.use(requireLoopbackHost());
  app.use(refuseOtherMethods(app));
  app.get('/livez', (context) => (health.alive() ? context.text('alive\n') : context.text('stuck\n', 503)));
  app.get('/readyz', (context) => {
    const readiness = health.readiness();
    return context.json(readiness, readiness.ready ? 200 : 503);
  });
  app.get(
    '/metrics',
    async () => new Response(await metrics.text(), { headers: { 'Content-Type': metrics.contentType } }),
  );
  if (control) {
    app.get('/api/openapi.json', (context) => context.json(openApiDocument(version)));
    app.use('/api/*', refuseForeignPages());
    app.route('/', sessionRoutes(sessions));
    app.use('/api/v1/*', requireAccess(sessions));
    app.route(
      '/',
      controlRoutes(control, ({ message }) => log.error(`HTTP: an answer broke off: ${message}`)),
    );
  }
  if (monitor) app.route('/', liveRoutes(monitor, { closing }));
  if (page) app.route('/', pageRoutes(page, sessions));
  app.notFound(() => failureResponse(failureWith('usage', 'there is nothing at this path'), 404));
  app.onError((error) =>
    error instanceof HTTPException
      ? error.getResponse()
      : errorResponse(error, ({ message }) => log.error(`HTTP: ${message}`)),
  );
  return app;
}
