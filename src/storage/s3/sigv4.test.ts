import { describe, expect, it } from 'vitest';
import { canonicalQuery, encodePath, signRequest } from './sigv4.ts';
import type { UnsignedRequest } from './sigv4.ts';

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const published: UnsignedRequest = {
  method: 'GET',
  host: 'examplebucket.s3.amazonaws.com',
  path: '/',
  query: '',
  headers: [],
  payloadHash: emptyHash,
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  now: new Date('2013-05-24T00:00:00Z'),
};

const authorization = (request: UnsignedRequest): string | undefined => {
  const headers = signRequest(request);
  return headers[headers.indexOf('authorization') + 1];
};
const signature = (request: UnsignedRequest): string | undefined =>
  /Signature=(\w+)$/.exec(authorization(request) ?? '')?.[1];

describe('signRequest agrees with what AWS published', () => {
  it('for a GET with a range', () => {
    expect(authorization({ ...published, path: '/test.txt', headers: [['range', 'bytes=0-9']] })).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
        'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, ' +
        'Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('for a PUT whose key needs encoding', () => {
    expect(
      signature({
        ...published,
        method: 'PUT',
        path: encodePath('/test$file.text'),
        headers: [
          ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
          ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ],
        payloadHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      }),
    ).toBe('98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  it('for a parameter without a value', () => {
    expect(signature({ ...published, query: canonicalQuery({ lifecycle: '' }) })).toBe(
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
  });

  it('for a listing', () => {
    expect(signature({ ...published, query: canonicalQuery({ prefix: 'J', 'max-keys': '2' }) })).toBe(
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
  });
});

describe('signRequest', () => {
  it('signs and sends the token of temporary credentials', () => {
    const headers = signRequest({ ...published, credentials: { ...published.credentials, sessionToken: 'token' } });
    expect(headers[headers.indexOf('x-amz-security-token') + 1]).toBe('token');
    expect(headers.join(' ')).toContain('x-amz-date;x-amz-security-token');
  });

  it('derives a new key when the day or the region changes', () => {
    const first = signature(published);
    expect(signature({ ...published, now: new Date('2013-05-25T00:00:00Z') })).not.toBe(first);
    expect(signature({ ...published, region: 'eu-west-1' })).not.toBe(first);
    expect(signature(published)).toBe(first);
  });
});

describe('encodePath', () => {
  it('leaves unreserved characters and slashes', () => {
    expect(encodePath('/a-b/c_d.e~f')).toBe('/a-b/c_d.e~f');
  });

  it('encodes all others, byte by byte of their UTF-8', () => {
    expect(encodePath("/a b+c%!*'()é/😀")).toBe('/a%20b%2Bc%25%21%2A%27%28%29%C3%A9/%F0%9F%98%80');
  });
});
