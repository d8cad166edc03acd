import { FlantsError } from '../../domain/failure.ts';
import type { FailureCode, FailureDetails } from '../../domain/failure.ts';
import { second } from '../../domain/units.ts';
import type { WriteCondition } from '../object-store.ts';
import { parseRetryAfter } from '../../domain/waiting/retry-after.ts';
import { machineLimitError } from '../machine-limit.ts';
import { connectionReason, isTlsCode, tlsReason } from '../network-reasons.ts';
import { proxyError, through } from '../proxy/error.ts';
import type { Proxy } from '../proxy/select.ts';

/** An error response of a store. */
export interface S3Refusal {
  readonly status: number;
  /** S3's error code, such as `AccessDenied`. Absent in responses to HEAD, which have no body. */
  readonly code?: string;
  readonly message?: string;
  readonly retryAfter?: string;
  /** The bucket's actual region, if it is in another one. */
  readonly bucketRegion?: string;
}

/** The request that failed, for messages. */
export interface S3Attempt {
  /** `PUT`, `HEAD`, `list`… */
  readonly operation: string;
  /** Whether it was to replace an object (`If-Match`), for which a policy may demand more rights. */
  readonly isReplacement?: boolean;
  /** `s3://bucket/key` */
  readonly place: string;
  /** Scheme, host and port of the request. */
  readonly endpoint: string;
  /** The region that the request was signed for. */
  readonly region: string;
  /** The proxy that the request went through. */
  readonly proxy?: Proxy | undefined;
}

type Meaning = readonly [code: FailureCode, advice?: string | undefined, details?: FailureDetails];

/** Two writes to the same key collided. A later attempt succeeds. */
const conflictDelayMs = 1 * second;

const neededRights =
  'the credentials lack this right (s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload are needed)';
const noReplacement =
  'this object was to be replaced, and the credentials or the policy of the bucket allow no such write (s3:PutObject with If-Match)';
const noSuchBucket =
  'there is no such bucket here; make it first, or see whether its name, --endpoint and --region are right';

/** Error codes of S3 and compatible stores. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const byCode: Readonly<Record<string, Meaning>> = {
  AccessDenied: ['store.denied', neededRights],
  InvalidAccessKeyId: ['store.credentials', 'the store does not know this access key'],
  SignatureDoesNotMatch: ['store.credentials', 'the secret access key does not belong to the access key'],
  ExpiredToken: ['store.credentials', 'the temporary credentials have run out; get new ones'],
  TokenRefreshRequired: ['store.credentials', 'the temporary credentials have run out; get new ones'],
  InvalidToken: ['store.credentials', 'the session token is not valid for this store'],
  InvalidClientTokenId: ['store.credentials', 'the store does not know these credentials'],
  RequestTimeTooSkewed: ['store.credentials', 'the clock of this machine is off; set it right'],
  XAdminUserNotFound: ['store.credentials', 'the store does not know this access key'],
  NoSuchBucket: ['store.no-bucket', noSuchBucket],
  InvalidBucketName: ['store.no-bucket', 'no bucket can have this name'],
  SlowDown: ['store.throttled'],
  RequestLimitExceeded: ['store.throttled'],
  TooManyRequests: ['store.throttled'],
  Throttling: ['store.throttled'],
  ThrottlingException: ['store.throttled'],
  ConditionalRequestConflict: [
    'store.status',
    'another write to this key is under way',
    { retryable: true, retryAfterMs: conflictDelayMs },
  ],
  OperationAborted: [
    'store.status',
    'another write to this key is under way',
    { retryable: true, retryAfterMs: conflictDelayMs },
  ],
  BadDigest: ['store.checksum', 'the bytes that arrived are not those that were sent'],
  InvalidDigest: ['store.checksum'],
  XAmzContentSHA256Mismatch: ['store.checksum', 'the bytes that arrived are not those that were sent'],
  XAmzContentChecksumMismatch: ['store.checksum', 'the bytes that arrived are not those that were sent'],
  IncompleteBody: ['store.checksum', 'not all bytes arrived'],
  RequestTimeout: ['store.timeout', 'the store waited too long for the bytes'],
  InvalidObjectState: ['store.archived', 'it is in an archive, and has to be restored before anybody can read it'],
  KeyTooLongError: ['store.key'],
  // versitygw says so too of a write whose folder is removed meanwhile, because its last other object was deleted.
  ExistingObjectIsDirectory: ['store.key', 'here a key cannot also be the folder of others', { retryable: true }],
  ObjectParentIsFile: ['store.key', 'here a key cannot also be the folder of others'],
  XMinioObjectExistsAsDirectory: ['store.key', 'here a key cannot also be the folder of others'],
  XMinioParentIsObject: ['store.key', 'here a key cannot also be the folder of others'],
  XMinioInvalidObjectName: ['store.key'],
  InsufficientStorage: ['store.full'],
  QuotaExceeded: ['store.full'],
  XMinioStorageFull: ['store.full'],
  XMinioAdminBucketQuotaExceeded: ['store.full'],
  NoSuchUpload: ['store.status', 'the upload was given up by somebody else', { retryable: true }],
};

const wrongLocationCodes = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);

/**
 * Whether a conditional write was refused by its condition. Some stores answer 304, as if the write had been a read
 * (RFC 9110 section 13.1.2 wants 412), and some answer `If-Match` on a free key with 404.
 */
export function isRefusedCondition({ status, code }: S3Refusal, condition: WriteCondition): boolean {
  if (condition === undefined) return false;
  return status === 412 || status === 304 || (status === 404 && code === 'NoSuchKey' && 'ifMatch' in condition);
}

/** Whether a response to GET or DELETE means that the object is missing, rather than its bucket. */
export function isMissingObject({ status, code }: S3Refusal): boolean {
  return status === 404 && (code === undefined || code === 'NoSuchKey');
}

/** Converts an error response. Of the response only code and message are used, which hold no secrets. */
export function refusalError(refusal: S3Refusal, attempt: S3Attempt): FlantsError {
  const [code, advice, details] = meaningOf(refusal, attempt);
  const retryAfterMs = refusal.retryAfter === undefined ? undefined : parseRetryAfter(refusal.retryAfter, Date.now());
  const said = [refusal.status, refusal.code].filter((part) => part !== undefined).join(' ');
  // An answer without S3's error code may be of a proxy that forwards requests in plain text.
  const via = refusal.code === undefined && attempt.endpoint.startsWith('http:') ? through(attempt.proxy) : '';
  const message = `${attempt.operation} ${attempt.place}${via}: ${advice ?? refusal.message ?? 'the store refused'} (${said})`;
  return new FlantsError(code, message, {
    status: refusal.status,
    ...details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function meaningOf(refusal: S3Refusal, { operation, isReplacement, region }: S3Attempt): Meaning {
  const { status, code = '', bucketRegion } = refusal;
  if (bucketRegion !== undefined && bucketRegion !== region && (status === 301 || status === 307 || status === 400)) {
    return ['store.no-bucket', `the bucket is in region ${bucketRegion}, not ${region}; give --region ${bucketRegion}`];
  }
  if (wrongLocationCodes.has(code)) {
    return [
      'store.no-bucket',
      `the bucket is not at this endpoint or not in region ${region}: ${refusal.message ?? code}`,
    ];
  }
  const meaning = byCode[code] ?? byStatus(refusal, operation);
  return isReplacement && meaning[0] === 'store.denied' ? ['store.denied', noReplacement] : meaning;
}

/** For responses without an error code: those to HEAD, and those of a proxy in front of the store. */
function byStatus({ status, code }: S3Refusal, operation: string): Meaning {
  if (status === 400 && operation === 'HEAD') {
    return ['store.credentials', 'the store refuses the credentials or the region and says no more: check both'];
  }
  if (status === 401) return ['store.credentials', 'the store wants other credentials'];
  if (status === 403 && operation === 'HEAD') {
    return [
      'store.denied',
      'the credentials lack s3:GetObject, or s3:ListBucket, without which nobody is told that an object is absent',
    ];
  }
  if (status === 403) return ['store.denied', neededRights];
  if (status === 404 && code === undefined) return ['store.no-bucket', noSuchBucket];
  // Some write tags after the object, which somebody else may have deleted by then: findings/versitygw-tags-after.sh.
  if (code === 'NoSuchKey' && operation === 'PUT')
    return ['store.status', 'another write to this key is under way', { retryable: true }];
  if (status === 409 || status === 408) return ['store.status', undefined, { retryable: true }];
  if (status === 429 || status === 503) return ['store.throttled'];
  if (status === 507) return ['store.full'];
  return ['store.status', undefined, { retryable: status >= 500 && status !== 501 }];
}

const timeouts = new Set([
  'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'TimeoutError',
]); // prettier-ignore

/** The error of a request that got no response. */
export function networkError(error: unknown, attempt: S3Attempt, signal: AbortSignal | undefined): FlantsError {
  if (error instanceof FlantsError) return error;
  const request = `${attempt.operation} ${attempt.place}`;
  if (signal?.aborted)
    return new FlantsError('aborted', `${request}: stopped before it was done`, { cause: signal.reason });
  const reason = innermost(error);
  const { proxy } = attempt;
  if (proxy) {
    const { host } = new URL(attempt.endpoint);
    const ofProxy = proxyError(reason, reason.code, { proxy, side: 'store', place: request, host });
    if (ofProxy) return ofProxy;
  }
  const place = request + through(proxy);
  if (timeouts.has(reason.code) || timeouts.has(reason.name)) {
    return new FlantsError('store.timeout', `${place}: no answer in time`, { cause: error });
  }
  if (reason.code === 'UND_ERR_DESTROYED' || reason.code === 'UND_ERR_CLOSED') {
    return new FlantsError('aborted', `${place}: the store was closed meanwhile`, { cause: error });
  }
  if (reason.code === 'UND_ERR_INVALID_ARG')
    return new FlantsError('store.key', `${place}: ${reason.message}`, { cause: error });
  if (isTlsCode(reason.code)) {
    const message = `${place}: no trusted TLS connection to ${attempt.endpoint}: ${tlsReason(reason, reason.code)}`;
    return new FlantsError('store.unreachable', message, { cause: error, retryable: false });
  }
  const whole = `${place}: ${attempt.endpoint}`;
  return (
    machineLimitError(reason.code, whole, error) ??
    new FlantsError('store.unreachable', `${whole}: ${connectionReason(reason, reason.code)}`, { cause: error })
  );
}

/** Finds the underlying error. Node reports a host with several addresses as an AggregateError without a message. */
function innermost(error: unknown): { readonly code: string; readonly name: string; readonly message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', name: '', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, name: error.name, message: error.message };
}

/** Parses the XML of an error response. Anything else, such as an HTML page, yields nothing. */
export function parseErrorBody(body: string): Pick<S3Refusal, 'code' | 'message' | 'bucketRegion'> {
  const text = (name: string): string | undefined => {
    const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
    return found === undefined || found === '' ? undefined : unescapeXml(found).replace(/\s+/g, ' ').slice(0, 300);
  };
  const [code, message, region] = [text('Code'), text('Message'), text('Region')];
  return {
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(region === undefined ? {} : { bucketRegion: region }),
  };
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** Decodes the entities and character references of XML. */
export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return entities[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
