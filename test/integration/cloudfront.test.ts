import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Cdn } from '../../src/cdn/cdn.ts';
import { openCloudFront } from '../../src/cdn/cloudfront.ts';
import type { CloudFrontOptions } from '../../src/cdn/cloudfront.ts';
import { noProxies } from '../../src/config/values/proxies.ts';
import { startCloudFront } from '../servers/cloudfront.ts';
import type { CloudFrontServer, CloudFrontServerOptions } from '../servers/cloudfront.ts';
import { hasStore, testedStores } from '../servers/other-stores.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { signal } = new AbortController();
const credentials = () => Promise.resolve({ accessKeyId: 'key', secretAccessKey: 'secret' });
const bucket = { bucket: 'media', prefix: 'vod' };
const origins = [
  { domainName: 'other.s3.amazonaws.com', path: '' },
  { domainName: 'media.s3.eu-central-1.amazonaws.com', path: '/vod' },
];

describe('a distribution of CloudFront', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close();
  });

  async function setUp(
    server: CloudFrontServerOptions = {},
    options: Partial<CloudFrontOptions> = {},
  ): Promise<{ readonly cloudFront: CloudFrontServer; readonly open: () => Promise<Cdn> }> {
    const cloudFront = await startCloudFront({ origins, ...server });
    closers.push(() => cloudFront.stop());
    const { distribution, url: endpoint } = cloudFront;
    const open = async (): Promise<Cdn> => {
      const all = { distribution, endpoint, credentials, proxies: noProxies, pollMs: 20, bucket, ...options };
      const cdn = await openCloudFront(all, { signal });
      closers.push(() => cdn.close());
      return cdn;
    };
    return { cloudFront, open };
  }

  it('says how it shows the destination, and takes paths', async () => {
    const { cloudFront, open } = await setUp();
    const cdn = await open();
    expect(cdn.pathOf('v/a b&c.ts')).toBe('/v/a%20b&c.ts');
    const paths = ['/v/a%20b&c.ts', '/v/w/*'];
    await cdn.invalidate({ reference: 'r1', paths }, { signal });
    expect(cloudFront.accepted).toMatchObject([{ reference: 'r1', paths }]);
  });

  it('is asked for nothing where somebody says how it shows the destination', async () => {
    const { cloudFront, open } = await setUp({}, { prefix: '/media' });
    expect((await open()).pathOf('v/a.ts')).toBe('/media/v/a.ts');
    expect(cloudFront.requests).toEqual([]);
  });

  it('does nothing more when a request is repeated', async () => {
    const { cloudFront, open } = await setUp();
    for (let turn = 0; turn < 2; turn++)
      await (await open()).invalidate({ reference: 'r1', paths: ['/a'] }, { signal });
    expect(cloudFront.references).toEqual(['r1', 'r1']);
    expect(cloudFront.accepted).toHaveLength(1);
  });

  it('is asked again after a throttle', async () => {
    const { cloudFront, open } = await setUp();
    cloudFront.interfere({ status: 400, code: 'Throttling' }, { status: 503, code: 'ServiceUnavailable' });
    await (await open()).invalidate({ reference: 'r1', paths: ['/a'] }, { signal });
    expect(cloudFront.references).toEqual(['r1', 'r1', 'r1']);
  });

  it('never has more under way than it allows', async () => {
    const { cloudFront, open } = await setUp({ durationMs: 300 });
    const cdn = await open();
    const list = (of: string, end: string): string[] =>
      Array.from({ length: of === 'f' ? 1_000 : 15 }, (_, at) => `/${of}${at}${end}`);
    const requests = [1, 2, 3, 4, 5].map((reference) =>
      cdn.invalidate({ reference: `f${reference}`, paths: list('f', '.ts') }, { signal }),
    );
    const wild = [1, 2].map((reference) =>
      cdn.invalidate({ reference: `w${reference}`, paths: list('w', '/*') }, { signal }),
    );
    await Promise.all([...requests, ...wild]);
    expect(cloudFront.accepted).toHaveLength(7);
    // None was refused.
    expect(cloudFront.references).toHaveLength(7);
    expect(cloudFront.most.single).toBeLessThanOrEqual(3_000);
    expect(cloudFront.most.wildcards).toBe(15);
  });

  it('makes room for what others have under way, or says that it has none', async () => {
    const { cloudFront, open } = await setUp({ durationMs: 60, limits: { single: 2, wildcards: 1 } });
    const [ours, theirs] = [await open(), await open()];
    await theirs.invalidate({ reference: 'theirs', paths: ['/a', '/b'] }, { signal });
    await ours.invalidate({ reference: 'ours', paths: ['/c'] }, { signal });
    expect(cloudFront.accepted).toHaveLength(2);
    await expect(ours.invalidate({ reference: 'never', paths: ['/1', '/2', '/3'] }, { signal })).rejects.toMatchObject({
      failure: { code: 'cdn.throttled', retryable: true, retryAfterMs: expect.any(Number) },
    });
  });

  it('holds up one request while it refuses them all, and the next ones not', async () => {
    const { cloudFront, open } = await setUp({}, { pollMs: 500 });
    const cdn = await open();
    cloudFront.interfere(...Array.from({ length: 100 }, () => ({ status: 400, code: 'Throttling' })));
    const sent = ['r1', 'r2', 'r3'].map((reference) => cdn.invalidate({ reference, paths: ['/a'] }, { signal }));
    for (const { status, reason } of (await Promise.allSettled(sent)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason).toMatchObject({ failure: { code: 'cdn.throttled', retryAfterMs: expect.any(Number) } });
    }
    expect(cloudFront.references.filter((reference) => reference !== 'r1')).toEqual([]);
  });

  it('does not wait for room while it does not say what is under way', async () => {
    const { cloudFront, open } = await setUp({ durationMs: 60_000 });
    const cdn = await open();
    const paths = (of: string): string[] => Array.from({ length: 1_000 }, (_, at) => `/${of}${at}`);
    for (const reference of ['a', 'b', 'c']) await cdn.invalidate({ reference, paths: paths(reference) }, { signal });
    await cloudFront.stop();
    await expect(cdn.invalidate({ reference: 'd', paths: ['/d'] }, { signal })).rejects.toMatchObject({
      failure: { code: 'cdn.unreachable', retryable: true },
    });
  });

  it.each([
    [{ status: 403, code: 'AccessDenied' }, 'cdn.denied', 'cloudfront:CreateInvalidation', false],
    [{ status: 400, code: 'InvalidArgument' }, 'cdn.refused', 'InvalidArgument', false],
    [{ status: 500, code: 'InternalError' }, 'cdn.unreachable', 'InternalError', true],
  ] as const)('says what it means when it answers %j', async (interference, code, text, retryable) => {
    const { cloudFront, open } = await setUp();
    cloudFront.interfere(interference);
    const sent = (await open()).invalidate({ reference: 'r1', paths: ['/a'] }, { signal });
    await expect(sent).rejects.toMatchObject({ failure: { code, retryable }, message: expect.stringContaining(text) });
  });

  it('is not there, or does not show the destination: then nothing is begun', async () => {
    const absent = await setUp({}, { distribution: 'E0000000000000' });
    await expect(absent.open()).rejects.toMatchObject({ code: 'cdn.no-distribution' });
    const elsewhere = await setUp({ origins: [] });
    await expect(elsewhere.open()).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('--invalidate-prefix'),
    });
    const nowhere = await setUp({}, { endpoint: 'http://127.0.0.1:1' });
    await expect(nowhere.open()).rejects.toMatchObject({ failure: { code: 'cdn.unreachable', retryable: true } });
  });
});

const moto = testedStores.find(({ name }) => name === 'moto');

describe.skipIf(!moto || !hasStore(moto))('moto as CloudFront', () => {
  it('takes an invalidation of a distribution that it has, and tells of it', async () => {
    const server = await moto?.start();
    if (!server) throw new Error('moto did not start');
    const { endpoint, region } = server;
    try {
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
      await client.send(new CreateBucketCommand({ Bucket: bucket.bucket }));
      client.destroy();
      const distribution = await makeDistribution(endpoint);
      const access = { distribution, endpoint, credentials, proxies: noProxies, bucket };
      const cdn = await openCloudFront(access, { signal });
      expect(cdn.pathOf('v/a.ts')).toBe('/v/a.ts');
      await cdn.invalidate({ reference: 'r1', paths: ['/v/a.ts', '/v/w/*'] }, { signal });
      await cdn.close();
      const listed = await fetch(`${endpoint}/2020-05-31/distribution/${distribution}/invalidation`, {
        headers: signed,
      });
      expect(await listed.text()).toMatch(/<InvalidationSummary>[^]*<Id>/);
    } finally {
      await server.stop();
    }
  });
});

/** moto finds the service of a request in its signature, and checks no more of it. */
const signed = {
  Host: 'cloudfront.amazonaws.com',
  Authorization:
    'AWS4-HMAC-SHA256 Credential=key/20261130/us-east-1/cloudfront/aws4_request, SignedHeaders=host, Signature=0',
};

async function makeDistribution(endpoint: string): Promise<string> {
  const origin =
    '<Origin><Id>o</Id><DomainName>media.s3.us-east-1.amazonaws.com</DomainName><OriginPath>/vod</OriginPath>' +
    '<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin>';
  const body =
    '<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><CallerReference>r</CallerReference>' +
    `<Origins><Quantity>1</Quantity><Items>${origin}</Items></Origins>` +
    '<DefaultCacheBehavior><TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy></DefaultCacheBehavior>' +
    '<Comment>of a test</Comment><Enabled>true</Enabled></DistributionConfig>';
  const made = await fetch(`${endpoint}/2020-05-31/distribution`, { method: 'POST', headers: signed, body });
  const id = /<Id>([A-Z0-9]+)<\/Id>/.exec(await made.text())?.[1];
  if (id === undefined) throw new Error('moto made no distribution');
  return id;
}
