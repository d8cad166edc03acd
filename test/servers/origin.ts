import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How one path misbehaves; without a behaviour it is served as it should be. */
export type Behaviour =
  /** Answers with this status, and with nothing of the file; after a while, if one is given. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly afterMs?: number;
    }
  /** Serves it as it should be, with further headers. */
  | { readonly kind: 'with-headers'; readonly headers: Readonly<Record<string, string | readonly string[]>> }
  /** Answers with these headers and bytes, as they are. */
  | {
      readonly kind: 'answer';
      /** 200 if absent. */
      readonly status?: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array | string;
    }
  /** Announces the whole file and closes the connection when these bytes are missing. */
  | { readonly kind: 'short'; readonly missingBytes: number }
  /** A page for people, with status 200, in place of the file. */
  | { readonly kind: 'error-page' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | {
      readonly kind: 'redirect';
      readonly to: string;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    }
  | { readonly kind: 'no-validators' }
  /** Serves it without saying how long it is, in pieces of so many bytes. */
  | { readonly kind: 'in-pieces'; readonly bytes: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'silent' }
  /** Sends so many bytes and then no more, on an open connection, until the promise is fulfilled. */
  | { readonly kind: 'stall'; readonly afterBytes: number; readonly until?: Promise<unknown> }
  /** Breaks the connection after so many bytes. */
  | { readonly kind: 'break'; readonly afterBytes: number }
  /** Serves it as it should be, once the promise is fulfilled. */
  | { readonly kind: 'held'; readonly until: Promise<unknown> };

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query, as it was sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A running origin. */
export interface Origin {
  /** Without a final slash. */
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Connections that are open now. */
  connections(): Promise<number>;
  /** Puts a file there, over one in the folder too. */
  put(path: string, body: Uint8Array | string): void;
  remove(path: string): void;
  /** Makes a path misbehave for its next `times` requests, or for good. */
  behave(path: string, behaviour: Behaviour, times?: number): void;
  /** Makes it behave again. */
  heal(path: string): void;
  /** Requests for a path, without regard to its query. */
  countOf(path: string): number;
  /** Resolves once this many requests for the path have come. */
  asked(path: string, times?: number): Promise<void>;
  /** Stops at once, whatever is under way. */
  stop(): Promise<void>;
}

/** What an origin begins with. */
export interface OriginOptions {
  readonly folder?: string;
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** How a request is misbehaved to whose path has no behaviour of its own. */
  readonly rule?: (request: SeenRequest) => Behaviour | undefined;
  /** A free one where absent. */
  readonly port?: number;
  /** PEM; with them it speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

interface Served {
  readonly body: Uint8Array;
  readonly modified: Date;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
  '.m4s': 'video/iso.segment',
  '.mp4': 'video/mp4',
  '.vtt': 'text/vtt',
  '.json': 'application/json',
};

/** Serves a folder, or a map of paths to bytes, on a free port of the loopback: ETag, Last-Modified, 304, ranges. */
export async function startOrigin(options: OriginOptions = {}): Promise<Origin> {
  const files = new Map<string, Served | null>();
  const behaviours = new Map<string, { readonly behaviour: Behaviour; left: number }>();
  const requests: SeenRequest[] = [];
  const listeners = new Set<() => void>();
  const countOf = (path: string): number => requests.filter((request) => request.path.split('?', 1)[0] === path).length;
  const put = (path: string, body: Uint8Array | string): void => {
    files.set(path, { body: typeof body === 'string' ? Buffer.from(body) : body, modified: new Date() });
  };
  for (const [path, body] of Object.entries(options.files ?? {})) put(path, body);

  const find = (path: string): Served | undefined => {
    const held = files.get(path);
    if (held !== undefined) return held ?? undefined;
    return options.folder === undefined ? undefined : fromFolder(options.folder, path);
  };
  const behaviourOf = (path: string): Behaviour | undefined => {
    const entry = behaviours.get(path);
    if (!entry || entry.left === 0) return undefined;
    entry.left--;
    return entry.behaviour;
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const seen: SeenRequest = { method: request.method ?? '', path: request.url ?? '', headers: request.headers };
    requests.push(seen);
    for (const listen of listeners) listen();
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://origin').pathname);
    const behaviour = behaviourOf(path) ?? options.rule?.(seen);
    const answered =
      behaviour?.kind === 'held'
        ? behaviour.until.then(() => answer(request, response, find(path), undefined, path))
        : answer(request, response, find(path), behaviour, path);
    answered.catch(() => response.destroy());
  };
  const server = options.tls ? createTlsServer({ ...options.tls }, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  );
  const { port } = server.address() as AddressInfo;

  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    put,
    remove: (path) => void files.set(path, null),
    behave: (path, behaviour, times = Infinity) => void behaviours.set(path, { behaviour, left: times }),
    heal: (path) => void behaviours.delete(path),
    countOf,
    asked: (path, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (countOf(path) < times) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function fromFolder(folder: string, path: string): Served | undefined {
  const place = join(folder, normalize(`/${path}`));
  try {
    return { body: readFileSync(place), modified: statSync(place).mtime };
  } catch {
    return undefined;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Served | undefined,
  behaviour: Behaviour | undefined,
  path: string,
): Promise<void> {
  switch (behaviour?.kind) {
    case 'silent':
      return;
    case 'status':
      if (behaviour.afterMs !== undefined) await sleep(behaviour.afterMs);
      response
        .writeHead(behaviour.status, behaviour.headers)
        .end(behaviour.status === 304 ? undefined : `status ${behaviour.status}\n`);
      return;
    case 'answer':
      response.writeHead(behaviour.status ?? 200, behaviour.headers).end(behaviour.body);
      return;
    case 'redirect':
      response
        .writeHead(behaviour.status ?? 302, { ...mutable(behaviour.headers), location: behaviour.to })
        .end('moved\n');
      return;
    case 'error-page':
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
        .end('<!doctype html><title>Please log in</title>');
      return;
    default:
  }
  if (!file) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such file\n');
    return;
  }
  const headers: OutgoingHttpHeaders = headersOf(file, path, behaviour);
  if (behaviour?.kind === 'with-headers') Object.assign(headers, mutable(behaviour.headers));
  if (isNotModified(request, headers)) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = rangeOf(request.headers.range, file.body.byteLength);
  const body = range ? file.body.subarray(range.from, range.to + 1) : file.body;
  if (range) headers['content-range'] = `bytes ${range.from}-${range.to}/${file.body.byteLength}`;
  const length = behaviour?.kind === 'in-pieces' ? {} : { 'content-length': body.byteLength };
  response.writeHead(range ? 206 : 200, { ...headers, ...length });
  if (request.method === 'HEAD') response.end();
  else await send(response, body, behaviour);
}

/** A copy, as Node takes it. */
function mutable(headers: Readonly<Record<string, string | readonly string[]>> = {}): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function headersOf(file: Served, path: string, behaviour: Behaviour | undefined): Record<string, string> {
  const validators: Record<string, string> =
    behaviour?.kind === 'no-validators'
      ? {}
      : {
          etag: `"${createHash('sha256').update(file.body).digest('hex').slice(0, 16)}"`,
          'last-modified': file.modified.toUTCString(),
        };
  return {
    'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
    ...validators,
  };
}

/** RFC 9110 section 13.2.2: If-None-Match decides where it is given. */
function isNotModified(request: IncomingMessage, headers: OutgoingHttpHeaders): boolean {
  const { 'if-none-match': etags, 'if-modified-since': since } = request.headers;
  if (headers.etag === undefined) return false;
  if (etags !== undefined) return etags.split(',').some((etag) => etag.trim().replace(/^W\//, '') === headers.etag);
  return since !== undefined && Date.parse(since) >= Date.parse(headers['last-modified'] ?? '');
}

function rangeOf(header: string | undefined, size: number): { readonly from: number; readonly to: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (!match) return undefined;
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  return from <= to ? { from, to } : undefined;
}

async function send(response: ServerResponse, body: Uint8Array, behaviour: Behaviour | undefined): Promise<void> {
  switch (behaviour?.kind) {
    case 'short':
      await write(response, body.subarray(0, Math.max(0, body.byteLength - behaviour.missingBytes)));
      response.socket?.end();
      return;
    case 'stall':
      await write(response, body.subarray(0, behaviour.afterBytes));
      if (!behaviour.until) return;
      await behaviour.until;
      response.end(body.subarray(behaviour.afterBytes));
      return;
    case 'break':
      await write(response, body.subarray(0, behaviour.afterBytes));
      response.socket?.resetAndDestroy();
      return;
    case 'in-pieces':
      for (let at = 0; at < body.byteLength; at += behaviour.bytes)
        await write(response, body.subarray(at, at + behaviour.bytes));
      response.end();
      return;
    case 'slow': {
      const step = Math.max(1, Math.ceil(behaviour.bytesPerSecond / 20));
      for (let at = 0; at < body.byteLength && !response.destroyed; at += step) {
        await write(response, body.subarray(at, at + step));
        await sleep(50);
      }
      response.end();
      return;
    }
    default:
      response.end(body);
  }
}

/** Also sends the headers, when there are no bytes to send with them. */
async function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  response.flushHeaders();
  if (bytes.byteLength > 0)
    await new Promise<void>((resolve, reject) => response.write(bytes, (error) => (error ? reject(error) : resolve())));
}
