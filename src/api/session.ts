import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { SessionState } from '../domain/progress/live-view.ts';
import { minute } from '../domain/units.ts';

/** Rules of access to the API. */
export interface Access {
  /** Absent: the API is read-only. */
  readonly token?: string;
  /** Whether reading requires the token too. Default: false. */
  readonly requireTokenToRead?: boolean;
}

/**
 * Sessions of browsers. A session is a cookie with its end, signed with the token: it needs no memory, outlives a restart of
 * the service, and ends with the token.
 */
export interface Sessions {
  /** Whether this is the token. */
  isToken(given: string): boolean;
  /** Whether the request comes from a browser that has signed in. */
  isSignedIn(context: Context): boolean;
  signIn(context: Context): void;
  signOut(context: Context): void;
  /** What a sender may do who gave the token or has signed in, or did not. */
  stateFor(isKnown: boolean): SessionState;
}

const lifetimeMs = 12 * 60 * minute;

/** @param port - browsers give cookies to all ports of a host, so that its name tells services apart */
export function createSessions(
  { token, requireTokenToRead = false }: Access,
  { port, now }: { readonly port: () => number; readonly now: () => number },
): Sessions {
  const key = createHash('sha256').update(`session ${token}`).digest();
  const cookieName = (): string => `flants-session-${port()}`;
  const sealed = (expiresAt: string): string =>
    `${expiresAt}.${createHmac('sha256', key).update(expiresAt).digest('base64url')}`;
  return {
    isToken: (given) => token !== undefined && isEqual(given, token),
    isSignedIn(context) {
      const cookie = token === undefined ? undefined : getCookie(context, cookieName());
      const [expiresAt = ''] = cookie?.split('.', 1) ?? [];
      return cookie !== undefined && isEqual(cookie, sealed(expiresAt)) && Number(expiresAt) > now();
    },
    signIn(context) {
      setCookie(context, cookieName(), sealed(String(now() + lifetimeMs)), {
        path: '/',
        httpOnly: true,
        sameSite: 'Strict',
        // Only a proxy can tell that the browser came by TLS.
        secure: context.req.header('x-forwarded-proto') === 'https',
        maxAge: lifetimeMs / 1_000,
      });
    },
    signOut: (context) => void deleteCookie(context, cookieName(), { path: '/' }),
    stateFor: (isKnown) => ({
      canRead: isKnown || !requireTokenToRead || token === undefined,
      canAct: isKnown && token !== undefined,
      needsToken: !isKnown && token !== undefined,
    }),
  };
}

/** Compares in a time that reveals nothing about the secret, not even its length. */
function isEqual(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
