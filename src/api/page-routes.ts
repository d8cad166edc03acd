import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import type { App } from './app.ts';
import { requireAccess } from './guard.ts';
import type { Sessions } from './session.ts';

/** The page that shows the library, as built files. */
export interface PageFiles {
  /** Folder with `index.html` and `assets/`. Undefined: it was not built. */
  readonly folder: () => Promise<string | undefined>;
  /** Origin of the destination, from where the page plays videos. */
  readonly playOrigin?: string;
  /** Folder that the library is copied to, if its objects are to be played from `/media/`. */
  readonly mediaFolder?: string;
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>FLAnts</title>
<p>The dashboard was not built. In a clone, <code>npm run build</code> builds it; the API is at <a href="/api/openapi.json">/api/openapi.json</a>.
</html>
`;

/** Creates the routes of the page: its files, and the page itself at every other address that a browser goes to. */
export function pageRoutes({ folder, playOrigin, mediaFolder }: PageFiles, sessions: Sessions): App {
  const app: App = new Hono();
  const files = lazily(async () => filesOf(await folder()));
  const policy = contentSecurityPolicy(playOrigin);
  app.use(async (context, next) => {
    await next();
    context.res.headers.set('Cache-Control', cacheControlOf(context.req.path, context.res.status));
    context.res.headers.set('Content-Security-Policy', policy);
    context.res.headers.set('Referrer-Policy', 'no-referrer');
    context.res.headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    context.res.headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  });
  if (mediaFolder !== undefined) {
    const media = serveStatic({
      root: mediaFolder,
      allowPercentInPath: true,
      rewriteRequestPath: (path) => path.slice('/media'.length),
    });
    app.get('/media/*', requireAccess(sessions), media);
  }
  app.use(compress());
  app.get('/assets/*', async (context, next) => {
    const { assets } = await files();
    return assets(context, next);
  });
  app.get('*', async (context, next) => {
    const isPage = context.req.path === '/' || context.req.header('accept')?.includes('text/html');
    if (!isPage || context.req.path.startsWith('/api/')) return next();
    const { index } = await files();
    return index(context, async () => undefined);
  });
  return app;
}

/** The names of assets hold a digest of what is in them. */
function cacheControlOf(path: string, status: number): string {
  return path.startsWith('/assets/') && status === 200 ? 'public, max-age=31536000, immutable' : 'no-cache';
}

interface Files {
  readonly assets: MiddlewareHandler;
  readonly index: MiddlewareHandler;
}

function filesOf(root: string | undefined): Files {
  if (root === undefined) {
    const missing: MiddlewareHandler = async (context) => context.html(notBuilt, 503);
    return { assets: (_, next) => next(), index: missing };
  }
  return { assets: serveStatic({ root }), index: serveStatic({ root, path: 'index.html' }) };
}

/** Nothing but what this service serves, no script or style within the page, and no page around it. */
function contentSecurityPolicy(playOrigin: string | undefined): string {
  const own = ["'self'", ...(playOrigin === undefined ? [] : [playOrigin])].join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src ${own}`,
    // Players hand segments to the media element as blobs.
    `media-src ${own} blob:`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
