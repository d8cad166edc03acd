import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A web server of the demo, on the loopback. */
export interface DemoOrigin {
  /** Without a final slash. */
  readonly url: string;
  /** How often it sent a body since the start; a 304 sends none. */
  bodies(): number;
  stop(): Promise<void>;
}

/**
 * Serves a folder as a plain web server does: sizes, ETags, and 304 where nothing has changed. Below `/class-N/` it serves
 * the same.
 *
 * @param delayMs - before each body that is no playlist
 */
export async function startOrigin(folder: string, delayMs = 0): Promise<DemoOrigin> {
  let bodies = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://origin');
    const path = join(folder, normalize(decodeURIComponent(pathname.replace(/^\/class-\d+\//, '/'))));
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${found.size.toString(16)}-${Math.trunc(found.mtimeMs).toString(16)}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { ETag: etag }).end();
      return;
    }
    if (delayMs > 0 && !path.endsWith('.m3u8')) await sleep(delayMs);
    bodies += 1;
    response.writeHead(200, { 'Content-Length': found.size, 'Content-Type': typeOf(path), ETag: etag });
    await pipeline(createReadStream(path), response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies: () => bodies,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function typeOf(path: string): string {
  return path.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'application/octet-stream';
}
