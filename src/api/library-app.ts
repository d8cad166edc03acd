import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { failureWith } from '../domain/failure.ts';
import { errorResponse, failureResponse } from './answers.ts';
import type { App } from './app.ts';
import { refuseForeignPages, refuseOtherMethods, requireAccess, requireLoopbackHost } from './guard.ts';
import type { HttpOptions, RequestHandler } from './http-options.ts';
import { liveRoutes } from './live-routes.ts';
import { isLoopback } from './local-host.ts';
import { openApiDocument } from './openapi.ts';
import { pageRoutes } from './page-routes.ts';
import { usualHeaders } from './probes.ts';
import type { ProbeAnswer } from './probes.ts';
import { controlRoutes } from './routes.ts';
import { createSessions } from './session.ts';
import type { Sessions } from './session.ts';
import { sessionRoutes } from './session-routes.ts';

/** What an application needs of its server. */
export interface ServerParts {
  readonly probes: ReadonlyMap<string, () => Promise<ProbeAnswer>>;
  /** The port in use. */
  readonly port: () => number;
  /** Once aborted, streams end. */
  readonly closing: AbortSignal;
}

/** Creates what answers all requests: probes and, as far as they are there, the library, its live view and its page. */
export function createLibraryApp(options: HttpOptions, { probes, port, closing }: ServerParts): RequestHandler {
  const sessions = createSessions(options, { port, now: Date.now });
  const { fetch } = appOf(options, sessions, { probes, closing });
  return getRequestListener(fetch, { hostname: 'localhost', overrideGlobalObjects: false });
}

function appOf(
  { listen, version, control, away, monitor, page, log }: HttpOptions,
  sessions: Sessions,
  { probes, closing }: Omit<ServerParts, 'port'>,
): App {
  const app: App = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(usualHeaders))
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  });
  if (isLoopback(listen.host)) app.use(requireLoopbackHost());
  app.use(refuseOtherMethods(app));
  for (const [path, probe] of probes) {
    app.get(path, async () => {
      const { status, contentType, body } = await probe();
      return new Response(body, { status, headers: { 'Content-Type': contentType } });
    });
  }
  if (control) {
    app.get('/api/openapi.json', (context) => context.json(openApiDocument(version)));
    app.use('/api/*', refuseForeignPages());
    app.route('/', sessionRoutes(sessions));
    app.use('/api/v1/*', requireAccess(sessions));
    app.use('/api/v1/*', async ({ req }, next) => {
      const failure = req.method === 'GET' ? away?.() : undefined;
      return failure ? failureResponse(failure) : next();
    });
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
