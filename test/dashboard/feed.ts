/**
 * A service with a made-up library, for the browser's side of the bench, and to look at the page while it is worked on:
 * `node test/dashboard/feed.ts [--port N] [--videos N] [--files N] [--rate N]`. It speaks the contract of the stream; what
 * the real service does is tested with the real service.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtDashboard } from '../../scripts/build-dashboard.ts';
import { failureWith } from '../../src/domain/failure.ts';
import type { LiveListRow } from '../../src/domain/progress/live-view.ts';
import { elementsPage } from './elements-page.ts';
import { makeLibrary } from './made-library.ts';
import type { MadeLibrarySpec } from './made-library.ts';

/** A running feed. */
export interface Feed {
  /** Without a final slash. */
  readonly url: string;
  stop(): Promise<void>;
}

const tickMs = 250;
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const noFiles = { total: 0, done: 0, failed: 0, accepted: 0 };
const shared = { playlistUrl: 'https://cdn.example/class-1/index.m3u8', since: 0 };
/** Rows of the list of all videos: one as most are, and one whose reason is longer than any line. */
const listed: readonly LiveListRow[] = [
  { ...shared, id: 'class-1', title: 'Lesson 1', state: 'published', files: { ...noFiles, total: 5000, done: 5000 } },
  {
    ...shared,
    id: 'class-2',
    title: 'Lesson 2',
    state: 'invalid',
    files: noFiles,
    invalid: failureWith('source.host-unknown', `the name ${'cdn'.repeat(90)}.example cannot be resolved`),
  },
];

/** Starts one on the loopback. Below `/elements` it shows the same by one element per file. */
export async function startFeed(spec: MadeLibrarySpec, port = 0): Promise<Feed> {
  const folder = await builtDashboard();
  const library = makeLibrary(spec);
  const viewers = new Set<ServerResponse>();
  const json = (response: ServerResponse, value: unknown): void => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://feed');
    if (pathname === '/api/v1/live') {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(event('snapshot', library.snapshot()));
      viewers.add(response.once('close', () => viewers.delete(response)));
      return;
    }
    if (pathname === '/api/v1/session') return json(response, { canRead: true, canAct: true, needsToken: false });
    if (pathname === '/api/v1/retry') return json(response, { reopened: library.retry(), videos: 1 });
    if (pathname === '/api/v1/list')
      return json(response, { total: listed.length, rows: listed, listVersion: 0, isCounting: false });
    if (pathname === '/api/v1/runs') return json(response, { runs: [] });
    if (pathname.startsWith('/api/')) return void response.writeHead(404).end('{}');
    if (pathname === '/elements')
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end(elementsPage);
    const file = pathname.startsWith('/assets/') ? pathname : '/index.html';
    readFile(join(folder, file)).then(
      (body) => response.writeHead(200, { 'Content-Type': types[extname(file)] ?? '' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    library.advance(now - last);
    last = now;
    if (viewers.size === 0) return;
    const text = event('delta', library.delta());
    for (const viewer of viewers) viewer.write(text);
  }, tickMs);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        clearInterval(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function event(name: string, value: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8311' },
      videos: { type: 'string', default: '500' },
      files: { type: 'string', default: '5000' },
      rate: { type: 'string', default: '20000' },
    },
  });
  const feed = await startFeed(
    {
      videos: Number(values.videos),
      filesPerVideo: Number(values.files),
      outcomesPerSecond: Number(values.rate),
      batches: 60,
      oneFailsOf: 20_000,
      doneAtFirst: (video) => ((video * 37) % 100) / 100,
      endless: true,
    },
    Number(values.port),
  );
  console.log(feed.url);
}
