import { Hono } from 'hono';
import { failureWith } from '../domain/failure.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { failureResponse } from './answers.ts';
import type { App } from './app.ts';
import { eventStream } from './event-stream.ts';
import { operations } from './operations.ts';
import { queryOf } from './request-input.ts';

/** Seconds after which one who found no room is to come again. */
const fullRetrySeconds = 10;

/**
 * Creates the routes over a monitor.
 *
 * @param options.closing - ends all streams
 */
export function liveRoutes(monitor: Monitor, { closing }: { readonly closing: AbortSignal }): App {
  const app: App = new Hono();
  app.get(operations.live.path, ({ req, env }) => {
    const viewer = monitor.watch();
    if (!viewer) {
      const failure = failureWith('state.locked', 'too many viewers watch this library at present');
      return failureResponse(failure, 503, { 'Retry-After': String(fullRetrySeconds) });
    }
    const isCompressed = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(req.header('accept-encoding') ?? '');
    const body = eventStream(viewer, {
      seen: req.header('last-event-id'),
      isCompressed,
      signal: AbortSignal.any([req.raw.signal, closing]),
      onStuck: () => env.outgoing.destroy(),
    });
    return new Response(body, {
      headers: {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-store, no-transform',
        Vary: 'Accept-Encoding',
        // nginx would hold events back: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
        'X-Accel-Buffering': 'no',
        ...(isCompressed ? { 'Content-Encoding': 'gzip' } : {}),
      },
    });
  });
  app.get(operations.list.path, async (context) => {
    const { state: states, text, ...query } = queryOf(context, operations.list.query);
    const filter = { ...(states ? { states } : {}), ...(text === undefined ? {} : { text }) };
    return context.json(await monitor.list({ ...query, ...filter }));
  });
  return app;
}
