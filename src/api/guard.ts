import type { Context, Hono, MiddlewareHandler } from 'hono';
import { METHOD_NAME_ALL } from 'hono/router';
import { failureWith } from '../domain/failure.ts';
import { failureResponse } from './answers.ts';
import { actionHeader, actionHeaderValue } from './live-contract.ts';
import { isLocalHost } from './local-host.ts';
import type { Sessions } from './session.ts';

/**
 * Refuses requests whose Host is not a name of this machine. This prevents DNS rebinding: a foreign site can let its
 * own name resolve to the loopback, and browsers would then treat its pages as belonging to this service.
 */
export function requireLoopbackHost(): MiddlewareHandler {
  return async (context, next) => {
    if (isLocalHost(context.req.header('host'))) return next();
    return failureResponse(
      failureWith('api.denied', 'the Host header names another service than this one on the loopback'),
    );
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * Refuses methods that a path does not have, and names those that it has: RFC 9110 section 15.5.6. Routes that serve any path
 * say nothing about one.
 *
 * @param app - the routes; may still be added to
 */
export function refuseOtherMethods(app: Pick<Hono, 'router'>): MiddlewareHandler {
  const serves = (method: string, path: string): boolean =>
    app.router
      // As Hono, which serves HEAD by GET.
      .match(method === 'HEAD' ? 'GET' : method, path)[0]
      .some(([[, route]]) => route.method !== METHOD_NAME_ALL && route.path !== '/*');
  return async (context, next) => {
    const { method, path } = context.req;
    if (serves(method, path)) return next();
    const allowed = methods.filter((other) => serves(other, path));
    if (allowed.length === 0) return next();
    const failure = failureWith('usage', `${method} cannot be used here: only ${allowed.join(', ')}`);
    return failureResponse(failure, 405, { Allow: allowed.join(', ') });
  };
}

/** The token in `Authorization: Bearer TOKEN`: RFC 6750 section 2.1. */
export function bearerOf({ req }: Context): string | undefined {
  return /^bearer +(.+)$/i.exec(req.header('authorization') ?? '')?.[1];
}

/**
 * Checks that the sender may do this. Changes want the token, as `Authorization: Bearer TOKEN`, or the cookie of a session
 * and the action header, which a page of another site can send neither by a form nor without asking first.
 */
export function requireAccess(sessions: Sessions): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    const changes = method !== 'GET' && method !== 'HEAD';
    const allowed = sessions.stateFor(false);
    if (!changes && allowed.canRead) return next();
    if (!allowed.needsToken) {
      return failureResponse(
        failureWith(
          'api.denied',
          'this service is read-only: to allow changes, start it with FLANTS_TOKEN or --token-file',
        ),
      );
    }
    const bearer = bearerOf(context);
    if (bearer !== undefined && sessions.isToken(bearer)) return next();
    if (bearer === undefined && sessions.isSignedIn(context)) {
      if (!changes || context.req.header(actionHeader) === actionHeaderValue) return next();
      return failureResponse(failureWith('api.denied', `a session needs the header ${actionHeader} for this`));
    }
    const problem = bearer === undefined ? 'this needs the header Authorization: Bearer TOKEN' : 'the token is wrong';
    return failureResponse(failureWith('api.denied', problem), 401, { 'WWW-Authenticate': 'Bearer' });
  };
}

/**
 * Refuses what a page of another site sends: browsers name the site in headers that no page can forge. Programs send
 * neither of them. https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function refuseForeignPages(): MiddlewareHandler {
  return async ({ req }, next) => {
    const site = req.header('sec-fetch-site');
    const isNavigation = req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate';
    if (isNavigation || site === 'same-origin' || site === 'none') return next();
    const origin = req.header('origin');
    const host = origin === undefined ? undefined : URL.parse(origin)?.host;
    const isOwn = host !== undefined && (host === req.header('host') || host === req.header('x-forwarded-host'));
    if (site === undefined && (origin === undefined || isOwn)) return next();
    return failureResponse(failureWith('api.denied', 'this service does not answer pages of other sites'));
  };
}
