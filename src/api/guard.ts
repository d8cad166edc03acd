import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { Hono, MiddlewareHandler } from 'hono';
import { METHOD_NAME_ALL } from 'hono/router';
import { failureWith } from '../domain/failure.ts';
import { failureResponse } from './answers.ts';

/** Whether a listening host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * Refuses requests whose Host is not a name of this machine. This prevents DNS rebinding: a foreign site can let its
 * own name resolve to the loopback, and browsers would then treat its pages as belonging to this service.
 */
export function requireLoopbackHost(): MiddlewareHandler {
  return async (context, next) => {
    const name = URL.parse(`http://${context.req.header('host') ?? ''}`)?.hostname ?? '';
    const isLocal = name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
    if (isLocal) return next();
    return failureResponse(
      failureWith('api.denied', 'the Host header names another service than this one on the loopback'),
    );
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Refuses methods that a path does not have, and names those that it has: RFC 9110 section 15.5.6.
 *
 * @param app - the routes; may still be added to
 */
export function refuseOtherMethods(app: Pick<Hono, 'router'>): MiddlewareHandler {
  const serves = (method: string, path: string): boolean =>
    app.router
      // As Hono, which serves HEAD by GET.
      .match(method === 'HEAD' ? 'GET' : method, path)[0]
      .some(([[, route]]) => route.method !== METHOD_NAME_ALL);
  return async (context, next) => {
    const { method, path } = context.req;
    if (serves(method, path)) return next();
    const allowed = methods.filter((other) => serves(other, path));
    if (allowed.length === 0) return next();
    const failure = failureWith('usage', `${method} cannot be used here: only ${allowed.join(', ')}`);
    return failureResponse(failure, 405, { Allow: allowed.join(', ') });
  };
}

/** Rules of access to the API. */
export interface Access {
  /** Absent: the API is read-only. */
  readonly token?: string;
  /** Whether reading requires the token too. Default: false. */
  readonly requireTokenToRead?: boolean;
}

/** Checks the token: changes require `Authorization: Bearer TOKEN` (RFC 6750 section 2.1). */
export function requireToken({ token, requireTokenToRead = false }: Access): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    const changes = method !== 'GET' && method !== 'HEAD';
    if (!changes && !(requireTokenToRead && token !== undefined)) return next();
    if (token === undefined) {
      return failureResponse(
        failureWith(
          'api.denied',
          'this service only tells: start it with FLANTS_TOKEN or --token-file to change things',
        ),
      );
    }
    const given = /^bearer +(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (given !== undefined && isEqual(given, token)) return next();
    const problem = given === undefined ? 'this needs the header Authorization: Bearer TOKEN' : 'the token is wrong';
    return failureResponse(failureWith('api.denied', problem), 401, { 'WWW-Authenticate': 'Bearer' });
  };
}

/** Compares in a time that reveals nothing about the token, not even its length. */
function isEqual(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
