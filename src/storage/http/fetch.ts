import { proxyError } from '../proxy/error.ts';
import { exchange } from '../wire/exchange.ts';
import type { Routes } from './routes.ts';

/** What is used of the global `fetch`: a request without redirects, of which only status and headers are read. */
export type FetchStatus = (url: string, init: RequestInit) => Promise<Response>;

/** Sends small requests over routes, since the global `fetch` takes no proxy. The body of the answer is dropped. */
export function fetchOver(routes: Routes): FetchStatus {
  return async (text, { method = 'GET', headers, body, signal }) => {
    const url = new URL(text);
    const { wire, proxy } = routes.to(url);
    try {
      const request = {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: Object.fromEntries(new Headers(headers)),
        body: typeof body === 'string' ? body : null,
      };
      const answer = await exchange(wire, request, signal ?? undefined);
      answer.body.discard();
      return new Response(null, { status: answer.status, headers: firstValues(answer.headers) });
    } catch (error) {
      if (!proxy || !(error instanceof Error)) throw error;
      const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
      throw proxyError(error, code, { proxy, side: 'source', place: `${url.origin}/…`, host: url.host }) ?? error;
    }
  };
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = typeof value === 'string' ? value : value?.[0];
      return first === undefined ? [] : [[name, first]];
    }),
  );
}
