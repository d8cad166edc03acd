import type { IncomingHttpHeaders } from 'node:http';
import { FlantsError } from '../../domain/failure.ts';
import { connectionReason, isTlsCode, tlsReason } from '../network-reasons.ts';
import { exchange } from '../wire/exchange.ts';
import { indexScopes, requestHeaders } from './headers.ts';
import type { ScopedHeaders } from './headers.ts';
import { openRoutes } from './routes.ts';
import type { RouteOptions } from './routes.ts';

/** A question to a server: a request of which only the head of the answer matters. */
export interface ServerQuestion {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS';
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The head of an answer. Names in lower case. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Connections for questions. */
export interface ServerQuestions {
  /** @throws {FlantsError} `source.unreachable` or `source.forbidden` */
  ask(url: string, question: ServerQuestion, options: { readonly signal: AbortSignal }): Promise<ServerAnswer>;
  close(): Promise<void>;
}

const maxRedirects = 5;

/**
 * Opens connections over which requests go as they are, with the headers that a user gave for an origin. Redirects are
 * followed, but those of OPTIONS, as browsers refuse them.
 */
export function openServerQuestions(options: RouteOptions & { readonly headers: ScopedHeaders }): ServerQuestions {
  const routes = openRoutes(options);
  const index = indexScopes(options.headers);
  const send = async (url: URL, { method, headers }: ServerQuestion, signal: AbortSignal): Promise<ServerAnswer> => {
    options.reach?.check(url);
    const usual = requestHeaders(url, { kind: 'media' }, index);
    const request = {
      origin: url.origin,
      method,
      path: url.pathname + url.search,
      headers: [...usual, ...Object.entries(headers).flat()],
    };
    const answer = await exchange(routes.to(url).wire, request, signal);
    // The rest of a body is of no interest, and may be long.
    answer.body.cancel();
    return { status: answer.status, headers: singleValues(answer.headers) };
  };
  return {
    async ask(text, question, { signal }) {
      let url = new URL(text);
      for (let redirects = 0; ; redirects++) {
        const answer = await send(url, question, signal).catch((error: unknown) => {
          signal.throwIfAborted();
          throw silence(error, url);
        });
        const { location } = answer.headers;
        const leadsOn = answer.status >= 300 && answer.status < 400 && location !== undefined;
        if (!leadsOn || question.method === 'OPTIONS' || redirects >= maxRedirects) return answer;
        url = new URL(location, url);
      }
    },
    close: () => routes.close(),
  };
}

function singleValues(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function silence(error: unknown, { host }: URL): FlantsError {
  if (error instanceof FlantsError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = isTlsCode(code) ? tlsReason({ message }, code) : connectionReason({ message }, code);
  return new FlantsError('source.unreachable', `${host}: ${reason}`, { cause: error });
}
