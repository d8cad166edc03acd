import { FlantsError } from '../../domain/failure.ts';
import type { FailureCode } from '../../domain/failure.ts';
import { isMissingObject, refusalError } from './errors.ts';
import type { S3Attempt, S3Refusal } from './errors.ts';

/** What a refusal of a store means where the store is the source. All other codes are `source.status`. */
const codes: Readonly<Partial<Record<FailureCode, FailureCode>>> = {
  'store.denied': 'source.denied',
  'store.credentials': 'source.denied',
  'store.no-bucket': 'source.not-found',
  'store.throttled': 'source.throttled',
  'store.timeout': 'source.timeout',
};

/**
 * Converts the refusal of a read.
 *
 * | answer                          | code               |
 * |---------------------------------|--------------------|
 * | 404 NoSuchKey, NoSuchBucket     | `source.not-found` |
 * | 403, 401, keys that are refused | `source.denied`    |
 * | 503, 429, SlowDown              | `source.throttled` |
 * | RequestTimeout                  | `source.timeout`   |
 * | any other                       | `source.status`    |
 */
export function sourceRefusal(refusal: S3Refusal, attempt: S3Attempt): FlantsError {
  const { place } = attempt;
  const { status } = refusal;
  if (isMissingObject(refusal))
    return new FlantsError('source.not-found', `${place} is not there (status 404)`, { status });
  const { failure } = refusalError(refusal, attempt);
  const code = codes[failure.code] ?? 'source.status';
  const advice = adviceFor(failure.code, refusal, attempt);
  const said = [status, refusal.code].filter((part) => part !== undefined).join(' ');
  const { retryable, retryAfterMs } = failure;
  return new FlantsError(code, advice === undefined ? failure.message : `${place}: ${advice} (${said})`, {
    status,
    // Other credentials or rights are never a matter of a fresh URL.
    retryable: code === 'source.status' || code === 'source.timeout' ? retryable : code === 'source.throttled',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function adviceFor(told: FailureCode, { code, message = '', bucketRegion }: S3Refusal, attempt: S3Attempt) {
  if (code === 'InvalidObjectState') return 'the object is archived and cannot be read now: restore it first';
  if (told === 'store.denied' && /\bkms:/i.test(message))
    return 'the credentials lack kms:Decrypt for the key by which the object is encrypted';
  if (told === 'store.denied')
    return 'the credentials lack s3:GetObject for it, or s3:ListBucket for its bucket, without which nobody is told that an object is absent';
  if (told !== 'store.no-bucket') return undefined;
  if (code === 'NoSuchBucket' || bucketRegion === undefined)
    return `there is no such bucket at ${attempt.endpoint}; see whether its name, --source-endpoint and --source-region are right`;
  return `the bucket is in region ${bucketRegion}, not ${attempt.region}; give --source-region ${bucketRegion}`;
}
