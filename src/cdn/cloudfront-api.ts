import { hash } from 'node:crypto';
import type { ProxySettings } from '../config/values/proxies.ts';
import { FlantsError } from '../domain/failure.ts';
import type { FailureCode } from '../domain/failure.ts';
import { second } from '../domain/units.ts';
import { parseRetryAfter } from '../domain/waiting/retry-after.ts';
import { openRoutes } from '../storage/http/routes.ts';
import type { S3Credentials } from '../storage/s3/credentials.ts';
import { parseErrorBody, unescapeXml } from '../storage/s3/errors.ts';
import { exchange } from '../storage/s3/exchange.ts';
import type { S3Answer } from '../storage/s3/exchange.ts';
import { signRequest } from '../storage/s3/sigv4.ts';
import type { DistributionOrigin } from './viewer-path.ts';

/** How the API is reached. */
export interface CloudFrontAccess {
  readonly distribution: string;
  /** Of a service that speaks like CloudFront. Absent: AWS. */
  readonly endpoint?: string;
  /** Of the store: China has a CloudFront of its own. */
  readonly region?: string;
  readonly credentials: () => Promise<S3Credentials>;
  readonly proxies: ProxySettings;
  /** PEM certificates of authorities to trust as well. */
  readonly ca?: string;
}

/** An invalidation as the API tells of it. */
export interface ApiInvalidation {
  readonly id: string;
  readonly isDone: boolean;
}

/** Calls of CloudFront's API: https://docs.aws.amazon.com/cloudfront/latest/APIReference/ */
export interface CloudFrontApi {
  /** @throws {FlantsError} as `Cdn.invalidate` */
  createInvalidation(reference: string, paths: readonly string[], signal: AbortSignal): Promise<ApiInvalidation>;
  /** @throws {FlantsError} likewise */
  getInvalidation(id: string, signal: AbortSignal): Promise<ApiInvalidation>;
  /** @throws {FlantsError} likewise */
  origins(signal: AbortSignal): Promise<readonly DistributionOrigin[]>;
  close(): Promise<void>;
}

const version = '2020-05-31';
const limits = {
  connections: 2,
  connectTimeoutMs: 15 * second,
  headersTimeoutMs: 60 * second,
  bodyTimeoutMs: 30 * second,
} as const;

/** When to come back after an answer that does not say so. */
const usualPauseMs = 5 * second;

/** Error codes: https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html#API_CreateInvalidation_Errors */
const byCode: Readonly<Record<string, readonly [FailureCode, string]>> = {
  TooManyInvalidationsInProgress: ['cdn.throttled', 'too many invalidations are under way'],
  Throttling: ['cdn.throttled', 'it is asked too often'],
  AccessDenied: ['cdn.denied', 'the credentials lack this right (cloudfront:CreateInvalidation is needed)'],
  InvalidClientTokenId: ['cdn.denied', 'AWS does not know this access key'],
  SignatureDoesNotMatch: ['cdn.denied', 'the secret access key does not belong to the access key'],
  ExpiredToken: ['cdn.denied', 'the temporary credentials have run out; get new ones'],
  NoSuchDistribution: [
    'cdn.no-distribution',
    'this account has no such distribution: see whether the id in --invalidate is right',
  ],
};

/** Opens the API. The three calls are signed by us: the SDK for them alone would be 3.6 MB. */
export function openCloudFrontApi(access: CloudFrontAccess): CloudFrontApi {
  const { distribution, proxies, ca } = access;
  const isChina = access.region?.startsWith('cn-') === true;
  const region = isChina ? 'cn-northwest-1' : 'us-east-1';
  const usual = isChina ? `https://cloudfront.${region}.amazonaws.com.cn` : 'https://cloudfront.amazonaws.com';
  const root = new URL(access.endpoint ?? usual);
  const routes = openRoutes({ ...limits, proxies, ...(ca === undefined ? {} : { ca }) });
  const place = `/${version}/distribution/${distribution}`;

  const call = async (method: 'GET' | 'POST', below: string, body: string, signal: AbortSignal): Promise<string> => {
    const path = root.pathname.replace(/\/$/, '') + place + below;
    const headers = signRequest({
      method,
      host: root.host,
      path,
      query: '',
      headers: body === '' ? [] : [['content-type', 'application/xml']],
      payloadHash: hash('sha256', body),
      credentials: await access.credentials(),
      region,
      service: 'cloudfront',
      now: new Date(),
    });
    const { wire } = routes.to(root);
    const what = `${method} ${root.host}${place}${below}`;
    let answer;
    try {
      const request = { origin: root.origin, method, path, headers, body: body === '' ? null : body };
      answer = await exchange(wire, request, signal);
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      const details = { cause: error, retryAfterMs: usualPauseMs };
      throw new FlantsError('cdn.unreachable', `${what}: CloudFront cannot be reached: ${reason}`, details);
    }
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw refusal(what, answer);
  };

  return {
    async createInvalidation(reference, paths, signal) {
      return invalidationIn(await call('POST', '/invalidation', bodyOf(reference, paths), signal));
    },
    getInvalidation: async (id, signal) => invalidationIn(await call('GET', `/invalidation/${id}`, '', signal)),
    origins: async (signal) => originsIn(await call('GET', '', '', signal)),
    close: () => routes.close(),
  };
}

function refusal(what: string, { status, headers, body }: S3Answer): FlantsError {
  const { code = '', message = '' } = parseErrorBody(body);
  const [failure, advice] = byCode[code] ?? byStatus(status, message);
  const said = [status, code].filter((part) => part !== '').join(' ');
  const retryAfter = headers['retry-after'];
  const named = typeof retryAfter === 'string' ? parseRetryAfter(retryAfter, Date.now()) : undefined;
  const passes = failure === 'cdn.throttled' || failure === 'cdn.unreachable';
  return new FlantsError(failure, `${what}: ${advice} (${said})`, {
    status,
    ...(passes ? { retryAfterMs: named ?? usualPauseMs } : {}),
  });
}

function byStatus(status: number, message: string): readonly [FailureCode, string] {
  if (status === 401 || status === 403) return ['cdn.denied', message || 'CloudFront refuses the credentials'];
  if (status === 429 || status === 503) return ['cdn.throttled', 'it is asked too often'];
  if (status >= 500) return ['cdn.unreachable', message || 'CloudFront is in trouble'];
  return ['cdn.refused', message || 'CloudFront refuses the request'];
}

function bodyOf(reference: string, paths: readonly string[]): string {
  const items = paths.map((path) => `<Path>${escaped(path)}</Path>`).join('');
  return (
    `<?xml version="1.0" encoding="UTF-8"?><InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/${version}/">` +
    `<Paths><Quantity>${paths.length}</Quantity><Items>${items}</Items></Paths>` +
    `<CallerReference>${reference}</CallerReference></InvalidationBatch>`
  );
}

/** Of what XML must not have in text, a path has this alone: the rest is encoded in it. */
function escaped(path: string): string {
  return path.replaceAll('&', '&amp;');
}

function invalidationIn(xml: string): ApiInvalidation {
  const id = textOf(xml, 'Id');
  if (id === undefined) throw notXml();
  return { id, isDone: textOf(xml, 'Status') === 'Completed' };
}

function originsIn(xml: string): readonly DistributionOrigin[] {
  const origins = /<Origins>(.*?)<\/Origins>/s.exec(xml)?.[1];
  if (origins === undefined) throw notXml();
  return Array.from(origins.matchAll(/<Origin>(.*?)<\/Origin>/gs), ([, origin = '']) => ({
    domainName: textOf(origin, 'DomainName') ?? '',
    path: (textOf(origin, 'OriginPath') ?? '').replace(/\/$/, ''),
  }));
}

function notXml(): FlantsError {
  return new FlantsError('cdn.refused', 'CloudFront answers with something other than its XML');
}

function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return found === undefined ? undefined : unescapeXml(found.trim());
}
