import { createRequire } from 'node:module';
import { connect, isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type tls from 'node:tls';
import type { SecureContext } from 'node:tls';
import { KiB, minute } from '../../domain/units.ts';

/** How to connect to an origin. */
export interface SocketOptions {
  readonly origin: URL;
  readonly secureContext?: SecureContext;
  /** Absent: as the system resolves. */
  readonly lookup?: LookupFunction;
  /**
   * The last TLS session, which spares the next handshake half of its work. Never shared with connections that trust others:
   * a server that resumes a session shows no certificate.
   */
  readonly resumption: { session?: Buffer };
}

/** Loaded on demand, because importing it copies the certificates of all authorities into each thread. */
const loadTls = (): typeof tls => createRequire(import.meta.url)('node:tls') as typeof tls;

/**
 * Memory that all connections of a thread read into. What has arrived is handed over before anything else is read, so one
 * piece is enough, and no read leaves garbage.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * KiB);

/** Is told what happens on a socket beside its events. */
export interface SocketWatcher {
  /** @param view - of shared memory, valid during the call alone */
  onRead(view: Buffer): void;
  /** @returns whether the socket stays open, so that what has arrived before is read; usually Node closes it at once */
  onWriteFailed(error: Error): boolean;
}

/**
 * Begins to connect.
 *
 * @returns the socket, and the event that says that it is ready
 */
export function openSocket(
  { origin, secureContext, lookup, resumption }: SocketOptions,
  watcher: SocketWatcher,
): { readonly socket: Socket; readonly readyEvent: 'connect' | 'secureConnect' } {
  const isSecure = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const options = {
    host,
    port: Number(origin.port || (isSecure ? 443 : 80)),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: minute,
    onread: {
      buffer: readBuffer,
      callback: (length: number): boolean => {
        watcher.onRead(readBuffer.subarray(0, length));
        return true;
      },
    },
    ...(lookup ? { lookup } : {}),
  };
  if (!isSecure) return { socket: watched(connect(options), watcher), readyEvent: 'connect' };
  const socket = loadTls().connect({
    ...options,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(secureContext ? { secureContext } : {}),
    ...(resumption.session ? { session: resumption.session } : {}),
  });
  socket.on('session', (session) => Object.assign(resumption, { session }));
  return { socket: watched(socket, watcher), readyEvent: 'secureConnect' };
}

/** A stream destroys itself with the error of a write, unless the watcher wants to read on. */
function watched<T extends Socket>(socket: T, watcher: SocketWatcher): T {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error?: NodeJS.ErrnoException): T =>
    error?.syscall === 'write' && watcher.onWriteFailed(error) ? socket : destroy(error);
  return socket;
}
