import { describe, expect, it } from 'vitest';
import { transportError } from './errors.ts';

const url = new URL('https://user:pass@cdn.example/a/seg.ts?token=secret#t');

describe('errors on the way', () => {
  const withCode = (code: string): Error => Object.assign(new Error('low-level words'), { code });

  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', 'source.timeout'],
    ['ETIMEDOUT', 'source.timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'source.timeout'],
    ['ENOTFOUND', 'source.host-unknown'],
    ['EAI_AGAIN', 'source.host-unknown'],
    ['ECONNREFUSED', 'source.unreachable'],
    ['UND_ERR_SOCKET', 'source.unreachable'],
    ['HPE_INVALID_CONSTANT', 'source.unreachable'],
    ['CERT_HAS_EXPIRED', 'source.tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'source.tls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'source.tls'],
    ['something new', 'source.unreachable'],
  ])('%s before the answer is %s', (code, expected) =>
    expect(transportError(withCode(code), url, { phase: 'answer' }).code).toBe(expected),
  );

  it.each([
    ['UND_ERR_BODY_TIMEOUT', 'source.timeout'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'source.short-body'],
    ['UND_ERR_SOCKET', 'source.short-body'],
    ['ECONNRESET', 'source.unreachable'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'source.unreachable'],
  ])('%s within a body is %s', (code, expected) =>
    expect(transportError(withCode(code), url, { phase: 'body' }).code).toBe(expected),
  );

  it('are told in one line, with their cause and without secrets', () => {
    const cause = Object.assign(new Error('first line\nsecond line'), { code: 'EIO' });
    const error = transportError(cause, url, { phase: 'answer' });
    expect(error.message).toBe('https://cdn.example/a/seg.ts: first line (EIO)');
    expect(error.cause).toBe(cause);
  });
});
