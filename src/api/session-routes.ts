import { Hono } from 'hono';
import type { Context } from 'hono';
import { failureWith } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { failureResponse } from './answers.ts';
import type { App, RequestContext } from './app.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { bearerOf } from './guard.ts';
import { operations } from './operations.ts';
import { bodyOf } from './request-input.ts';
import type { Sessions } from './session.ts';

/** Creates the routes by which a browser signs in and out. */
export function sessionRoutes(sessions: Sessions): App {
  const app: App = new Hono();
  const limit = createAttemptLimit(() => performance.now());
  app.get(operations.session.path, (context) => context.json(sessions.stateFor(isKnown(context, sessions))));
  app.post(operations.signIn.path, async (context) => {
    const sender = senderOf(context);
    const waitMs = limit.waitMs(sender);
    if (waitMs !== undefined) {
      const failure = failureWith('api.denied', 'too many wrong tokens: wait a minute', { retryAfterMs: waitMs });
      return failureResponse(failure, 429, { 'Retry-After': String(Math.ceil(waitMs / second)) });
    }
    const { token } = await bodyOf(context, operations.signIn.body);
    if (!sessions.isToken(token)) {
      limit.failed(sender);
      return failureResponse(failureWith('api.denied', 'the token is wrong'), 401, { 'WWW-Authenticate': 'Bearer' });
    }
    sessions.signIn(context);
    return context.json(sessions.stateFor(true));
  });
  app.delete(operations.signOut.path, (context) => {
    sessions.signOut(context);
    return context.json(sessions.stateFor(false));
  });
  return app;
}

/** Whether the sender gave the token, or has signed in. */
function isKnown(context: Context, sessions: Sessions): boolean {
  const bearer = bearerOf(context);
  return bearer === undefined ? sessions.isSignedIn(context) : sessions.isToken(bearer);
}

function senderOf({ env }: RequestContext): string {
  return env.incoming?.socket.remoteAddress ?? '';
}
