import { expect, test } from 'vitest';
import { chargeOf, failureCodes, failureOf, failureWith, FlantsError } from './failure.ts';
import type { Charge, FailureCode } from './failure.ts';

const codesBy = (charge: Charge): readonly FailureCode[] =>
  failureCodes.filter((code) => chargeOf(failureWith(code, 'x')) === charge);

test('codes of earlier versions stay: what they refused is found and tried again by them', () => {
  expect(failureCodes).toContain('hls.steering');
});

test('throttles and stops cost the file nothing', () => {
  expect(codesBy('wait')).toEqual([
    'source.silent',
    'source.throttled',
    'store.throttled',
    'cdn.throttled',
    'cdn.unreachable',
    'catalogue.silent',
    'aborted',
    'machine.limit',
  ]);
});

test('missing rights, bucket, space or credentials at the destination, its CDN or a proxy halt the run, and so does a machine that starts no thread', () => {
  expect(codesBy('halt')).toEqual([
    'store.denied',
    'store.no-bucket',
    'store.full',
    'store.credentials',
    'cdn.denied',
    'cdn.no-distribution',
    'proxy.denied',
    'executor.denied',
    'executor.no-function',
    'executor.unusable',
    'executor.unreachable',
    'machine.threads',
  ]);
});

test('a URL that has run out is renewed, and a source that changed is crawled again', () => {
  expect(codesBy('renew')).toEqual(['source.gone', 'source.denied']);
  expect(codesBy('recrawl')).toEqual(['source.changed']);
});

test('broken connections, statuses and bodies cost a try, and so does what nobody foresaw', () => {
  expect(codesBy('try')).toEqual([
    'source.unreachable', 'source.host-unknown', 'source.timeout', 'source.status', 'source.short-body', 'source.wrong-body',
    'store.unreachable', 'store.timeout', 'store.status', 'store.checksum', 'store.key-denied', 'webhook.refused', 'webhook.unreachable', 'worker.lost', 'internal',
  ]); // prettier-ignore
});

test('trying again cannot help against anything else', () => {
  const others = failureCodes.length - (['wait', 'halt', 'renew', 'recrawl', 'try'] as const).flatMap(codesBy).length;
  expect(codesBy('final')).toHaveLength(others);
  expect(codesBy('final')).toContain('source.not-found');
});

test('a 5xx that says when to return is a throttle', () => {
  expect(chargeOf(failureWith('source.status', '503', { status: 503, retryAfterMs: 2000 }))).toBe('wait');
});

test('a status that no later request can change is final, whenever it says to return', () => {
  expect(chargeOf(failureWith('source.status', '400', { status: 400, retryable: false }))).toBe('final');
  expect(chargeOf(failureWith('source.status', '400', { retryable: false, retryAfterMs: 2000 }))).toBe('final');
});

test('what is final in general takes tries where a later one may help', () => {
  expect(chargeOf(failureWith('store.key', '409'))).toBe('final');
  expect(chargeOf(failureWith('store.key', '409', { retryable: true }))).toBe('try');
});

test('what a failure is charged tells whether it is retryable', () => {
  for (const code of failureCodes) {
    const failure = failureWith(code, 'x');
    expect(failure.retryable).toBe(['try', 'wait', 'renew'].includes(chargeOf(failure)));
  }
});

test('details that nobody gave are absent, so that the failure survives JSON unchanged', () => {
  const bare = failureWith('source.timeout', 'nothing came for 10 s');
  expect(Object.keys(bare)).toEqual(['code', 'message', 'retryable']);
  const full = failureWith('source.throttled', '429', { status: 429, retryAfterMs: 0 });
  expect(JSON.parse(JSON.stringify(full))).toEqual(full);
  expect(structuredClone(full)).toEqual({
    code: 'source.throttled',
    message: '429',
    retryable: true,
    status: 429,
    retryAfterMs: 0,
  });
});

test('an error of ours carries its failure, its code and its cause', () => {
  const cause = new Error('ECONNRESET');
  const error = new FlantsError('source.unreachable', 'connection lost', { cause });
  expect(error).toMatchObject({ name: 'FlantsError', message: 'connection lost', code: 'source.unreachable', cause });
  expect(failureOf(error)).toBe(error.failure);
  expect('cause' in new FlantsError('usage', 'no such verb')).toBe(false);
});

test("an abort is nobody's fault", () => {
  expect(failureOf(AbortSignal.abort().reason).code).toBe('aborted');
});

test('whatever else was thrown is internal and says what it was', () => {
  expect(failureOf(new TypeError('x is undefined'))).toMatchObject({
    code: 'internal',
    message: 'TypeError: x is undefined',
  });
  expect(failureOf('just a string')).toMatchObject({ code: 'internal', message: 'just a string' });
  expect(failureOf(undefined)).toMatchObject({ code: 'internal', message: 'undefined' });
});
