import { describe, expect, it } from 'vitest';
import { FlantsError, chargeOf } from '../../domain/failure.ts';
import { isRefusedCondition, networkError, parseErrorBody, refusalError, unescapeXml } from './errors.ts';
import type { S3Refusal } from './errors.ts';

const attempt = { operation: 'PUT', place: 's3://library/a.ts', endpoint: 'https://s3.example', region: 'us-east-1' };
const failure = (refusal: S3Refusal, operation = 'PUT') => refusalError(refusal, { ...attempt, operation }).failure;

describe('an answer of S3', () => {
  it.each([
    [403, 'AccessDenied', 'store.denied'],
    [403, 'InvalidObjectState', 'store.archived'],
    [403, 'InvalidAccessKeyId', 'store.credentials'],
    [403, 'SignatureDoesNotMatch', 'store.credentials'],
    [400, 'ExpiredToken', 'store.credentials'],
    [403, 'RequestTimeTooSkewed', 'store.credentials'],
    [404, 'NoSuchBucket', 'store.no-bucket'],
    [503, 'SlowDown', 'store.throttled'],
    [429, undefined, 'store.throttled'],
    [503, undefined, 'store.throttled'],
    [400, 'BadDigest', 'store.checksum'],
    [400, 'XAmzContentSHA256Mismatch', 'store.checksum'],
    [400, 'InvalidDigest', 'store.checksum'],
    [409, 'ObjectParentIsFile', 'store.key'],
    [507, undefined, 'store.full'],
    [403, 'QuotaExceeded', 'store.full'],
    [400, 'RequestTimeout', 'store.timeout'],
    [500, 'InternalError', 'store.status'],
    [418, undefined, 'store.status'],
  ] as const)('%i %s is %s', (status, code, expected) => {
    expect(failure({ status, ...(code === undefined ? {} : { code }) })).toMatchObject({ code: expected, status });
  });

  it('of a broken server may be asked again, of a request that is wrong not', () => {
    expect(failure({ status: 500, code: 'InternalError' }).retryable).toBe(true);
    expect(failure({ status: 501, code: 'NotImplemented' }).retryable).toBe(false);
    expect(failure({ status: 400, code: 'InvalidRequest' }).retryable).toBe(false);
  });

  it('about another write under way costs no try', () => {
    const conflict = failure({ status: 409, code: 'ConditionalRequestConflict' });
    expect(conflict).toMatchObject({ code: 'store.status', retryable: true });
    expect(chargeOf(conflict)).toBe('wait');
  });

  it('may come of an object or folder that was removed meanwhile', () => {
    expect(failure({ status: 404, code: 'NoSuchKey' })).toMatchObject({ code: 'store.status', retryable: true });
    const folder = failure({ status: 409, code: 'ExistingObjectIsDirectory' });
    expect([folder.code, chargeOf(folder)]).toEqual(['store.key', 'try']);
  });

  it('says how long to stay away', () => {
    expect(failure({ status: 503, code: 'SlowDown', retryAfter: '7' })).toMatchObject({ retryAfterMs: 7000 });
  });

  it('from another region names the right one', () => {
    expect(failure({ status: 301, code: 'PermanentRedirect', bucketRegion: 'eu-west-1' })).toMatchObject({
      code: 'store.no-bucket',
      message: expect.stringContaining('give --region eu-west-1'),
    });
    expect(failure({ status: 400, bucketRegion: 'eu-west-1' }, 'HEAD').message).toContain('--region eu-west-1');
  });

  it('to HEAD, which has no body, says what may be missing', () => {
    expect(failure({ status: 403 }, 'HEAD')).toMatchObject({
      code: 'store.denied',
      message: expect.stringContaining('s3:ListBucket'),
    });
  });
});

describe('a refused condition', () => {
  it('is 412, or for If-Match the absence of the object', () => {
    expect(isRefusedCondition({ status: 412 }, { ifNoneMatch: '*' })).toBe(true);
    expect(isRefusedCondition({ status: 404, code: 'NoSuchKey' }, { ifMatch: '"a"' })).toBe(true);
    expect(isRefusedCondition({ status: 404, code: 'NoSuchBucket' }, { ifMatch: '"a"' })).toBe(false);
    expect(isRefusedCondition({ status: 412 }, undefined)).toBe(false);
  });
});

describe('the body of an error', () => {
  it('gives code, message and region', () => {
    const body =
      '<?xml version="1.0"?><Error><Code>PermanentRedirect</Code><Message>Use\n &quot;it&quot; &amp; go</Message><Region>eu-west-1</Region></Error>';
    expect(parseErrorBody(body)).toEqual({
      code: 'PermanentRedirect',
      message: 'Use "it" & go',
      bucketRegion: 'eu-west-1',
    });
  });

  it('that is a page of something else says nothing', () => {
    expect(parseErrorBody('<html><h1>502</h1></html>')).toEqual({});
  });
});

describe('text in XML', () => {
  it('has entities and character references', () => {
    expect(unescapeXml('&lt;a&gt; &amp;amp; &#39;&#x27;&apos; &quot; &#x1F600;&#128512;')).toBe(`<a> &amp; ''' " 😀😀`);
  });

  it('that only looks like one stays', () => {
    expect(unescapeXml('a&b; &#xFFFFFF; &LT; &#; 1&2')).toBe('a&b; &#xFFFFFF; &LT; &#; 1&2');
  });
});

describe('a request without an answer', () => {
  const broken = (code: string, name = 'Error'): Error => Object.assign(new Error('it broke'), { code, name });

  it.each([
    ['ECONNREFUSED', 'store.unreachable', true],
    ['UND_ERR_SOCKET', 'store.unreachable', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'store.timeout', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'store.timeout', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'store.unreachable', false],
  ] as const)('for %s is %s', (code, expected, retryable) => {
    expect(networkError(broken(code), attempt, undefined).failure).toMatchObject({ code: expected, retryable });
  });

  it('names the cause of a host with several addresses', () => {
    const error = new AggregateError([broken('ECONNREFUSED'), broken('ENETUNREACH')]);
    expect(networkError(error, attempt, undefined).message).toContain('https://s3.example: nothing listens there');
  });

  it('after the signal was aborted is no failure of the store', () => {
    expect(networkError(broken('UND_ERR_ABORTED'), attempt, AbortSignal.abort()).code).toBe('aborted');
  });

  it('leaves our own errors as they are', () => {
    const own = new FlantsError('store.credentials', 'none');
    expect(networkError(own, attempt, undefined)).toBe(own);
  });
});
