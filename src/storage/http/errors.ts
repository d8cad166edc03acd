import { FlantsError } from '../../domain/failure.ts';
import { parseRetryAfter } from '../../domain/waiting/retry-after.ts';
import { placeOf } from '../../domain/names/tokens.ts';
import { machineLimitError } from '../machine-limit.ts';
import { connectionReason, isTlsCode, tlsReason } from '../network-reasons.ts';
import { proxyError, through } from '../proxy/error.ts';
import type { Proxy } from '../proxy/select.ts';

/** The error of a fetch whose signal was aborted. */
export function abortedError(url: URL): FlantsError {
  return new FlantsError('aborted', `stopped while fetching ${placeOf(url)}`);
}

/**
 * Converts an error of Node or of a connection, by its code.
 *
 * @param options.phase - within a body, a TLS error is a broken connection rather than an untrusted certificate
 */
export function transportError(
  error: Error,
  url: URL,
  { phase, proxy }: { readonly phase: 'answer' | 'body'; readonly proxy?: Proxy | undefined },
): FlantsError {
  if (error instanceof FlantsError) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (proxy) {
    const ofProxy = proxyError(error, code, { proxy, side: 'source', place: placeOf(url), host: url.host });
    if (ofProxy) return ofProxy;
  }
  const place = placeOf(url) + through(proxy);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new FlantsError('source.timeout', `${url.host} did not take the connection in time (${place})`, {
      cause: error,
    });
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new FlantsError('source.timeout', `${place} did not answer in time`, { cause: error });
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return new FlantsError('source.timeout', `${place} stopped sending`, { cause: error });
  }
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return new FlantsError('source.short-body', `${place} sent fewer or more bytes than it announced`, {
      cause: error,
    });
  }
  if (phase === 'body' && code === 'UND_ERR_SOCKET') {
    return new FlantsError('source.short-body', `${place} closed the connection before it had sent all it announced`, {
      cause: error,
    });
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return new FlantsError('source.host-unknown', `the name ${url.hostname} cannot be resolved (${code}; ${place})`, {
      cause: error,
    });
  }
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return new FlantsError('aborted', `the source was closed while fetching ${place}`, { cause: error });
  }
  if (phase === 'answer' && isTlsCode(code)) {
    return new FlantsError(
      'source.tls',
      `no trusted TLS connection to ${url.host}: ${tlsReason(error, code)} (${place})`,
      { cause: error },
    );
  }
  return (
    machineLimitError(code, place, error) ??
    new FlantsError('source.unreachable', `${place}: ${connectionReason(error, code)}`, { cause: error })
  );
}

/** The failure behind a status other than 200, 304 or a redirect. RFC 9110 section 15; Retry-After section 10.2.3. */
export function statusError(
  status: number,
  retryAfter: string | undefined,
  url: URL,
  { nowMs, proxy }: { readonly nowMs: number; readonly proxy?: Proxy | undefined },
): FlantsError {
  // Through a tunnel, the answer is of the host itself.
  const place = placeOf(url) + (url.protocol === 'http:' ? through(proxy) : '');
  const waitMs = retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, nowMs);
  const details = { status, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
  switch (status) {
    case 401:
    case 403:
      return new FlantsError('source.denied', `${place} refused access (status ${status})`, { status });
    case 404:
      return new FlantsError('source.not-found', `${place} is not there (status 404)`, { status });
    case 410:
      return new FlantsError('source.gone', `${place} is gone (status 410)`, { status });
    case 429:
      return new FlantsError('source.throttled', `${place} asks for fewer requests (status 429)`, details);
    default: {
      // RFC 9110 section 15.6.4: overloaded for now, or under maintenance. So answer most limits of rates.
      if (status === 503) {
        return new FlantsError('source.throttled', `${place} asks to come back later (status 503)`, details);
      }
      const retryable = status >= 500 || status === 408 || status === 425;
      return new FlantsError('source.status', `${place} answered with status ${status}`, {
        ...(retryable ? details : { status }),
        retryable,
      });
    }
  }
}
