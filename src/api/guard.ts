import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { failureWith } from '../domain/failure.ts';
import { refusal } from './answers.ts';

/** Whether a listening host can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/**
 * Refuses questions under a name that is not this machine's. A page of a foreign site can have its own name resolved to
 * the loopback, and would be let in by a browser's rules as if it were from here: DNS rebinding.
 */
export function loopbackNames(): MiddlewareHandler {
  return async (context, next) => {
    const name = URL.parse(`http://${context.req.header('host') ?? ''}`)?.hostname ?? '';
    const isOurs = name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0;
    if (isOurs) return next();
    return refusal(failureWith('api.denied', 'the Host header names another service than this one on the loopback'));
  };
}

/** Who may ask for what. */
export interface Access {
  /** Absent: nobody may change anything. */
  readonly token?: string;
  /** Reading needs the token too; default false. */
  readonly requireTokenToRead?: boolean;
}

/** Lets through who may: changes want `Authorization: Bearer TOKEN` (RFC 6750 section 2.1). */
export function access({ token, requireTokenToRead = false }: Access): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    const changes = method !== 'GET' && method !== 'HEAD';
    if (!changes && !(requireTokenToRead && token !== undefined)) return next();
    if (token === undefined) {
      return refusal(
        failureWith(
          'api.denied',
          'this service only tells: start it with FLANTS_TOKEN or --token-file to change things',
        ),
      );
    }
    const given = /^bearer +(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (given !== undefined && isSame(given, token)) return next();
    const problem = given === undefined ? 'this needs the header Authorization: Bearer TOKEN' : 'the token is wrong';
    return refusal(failureWith('api.denied', problem), 401, { 'WWW-Authenticate': 'Bearer' });
  };
}

/** In a time that tells nothing of the token, its length included. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
